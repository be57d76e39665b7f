import { locale, m } from '@/i18n';
import { call, shell } from '@/ipc';
import { tellFailure } from '../../command';
import { tellWritten } from '../exportRun';

/** Writes statistics to a page that somebody picks a place for, and offers the folder it is in. */
export async function exportTrend(workflow: string, moments: readonly Date[]) {
  try {
    const to = await shell.pick_save({
      title: m.trend_report_title(),
      name: `${m.trend_report_file({ name: workflow })}.html`,
    });
    if (!to) return;
    await call('run_trend_export', {
      workflow,
      moments: moments.map((moment) => moment.toISOString()),
      language: locale(),
      to: { picked: to.token },
    });
    tellWritten(to);
  } catch (thrown) {
    tellFailure(thrown);
  }
}
