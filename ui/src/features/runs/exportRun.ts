import { toast } from '@/components';
import { locale, m } from '@/i18n';
import { call, type RunFormat, shell } from '@/ipc';
import { tellFailure } from '../command';
import type { ShownRun } from './queries';

/** Writes a run to a file that somebody picks, and offers the folder it is in. */
export async function exportRun(run: Pick<ShownRun, 'id' | 'workflow_name'>, format: RunFormat) {
  try {
    const to = await shell.pick_save({
      title: m.run_export_title(),
      name: `${m.run_export_file({ name: run.workflow_name })}.${format}`,
    });
    if (!to) return;
    await call('run_export', {
      id: run.id,
      format,
      language: locale(),
      to: { picked: to.token },
    });
    tellWritten(to);
  } catch (thrown) {
    tellFailure(thrown);
  }
}

/** Says where a file was written, and offers the folder it is in. */
export function tellWritten(to: { token: string; label: string }) {
  toast({
    text: m.run_exported({ place: to.label }),
    action: {
      label: m.open_folder(),
      run: () => void shell.open_place({ token: to.token }).catch(tellFailure),
      testid: 'run-export-folder',
    },
  });
}
