import { useSyncExternalStore } from 'react';
import { Choice, Notice, Segments } from '@/components';
import { counted, label, m, visible } from '@/i18n';
import type { RunPreview } from '@/ipc';
import { unsavedDrafts, watchUnsaved } from '../../catalog/draft/drafts';
import { FindingLink } from './FindingLink';
import styles from './RunSheet.module.css';

interface PartProps {
  data: RunPreview;
  only: string | undefined;
  onOnly: (task: string | undefined) => void;
}

/** All of it, or one task alone. */
export function Part({ data, only, onOnly }: PartProps) {
  const { steps, tasks } = data;
  return (
    <div className={styles.part}>
      <Segments
        label={m.run_mode()}
        labelling="shown"
        value={only === undefined ? 'all' : 'one'}
        onChange={(next) => onOnly(next === 'all' ? undefined : tasks[0]?.id)}
        options={[
          { value: 'all', label: label('run_mode_all', steps), testid: 'mode-all' },
          { value: 'one', label: label('run_mode_one', steps), testid: 'mode-one' },
        ]}
      />
      {only !== undefined && (
        <Choice
          label={label('subject', steps)}
          options={tasks.map((task) => ({ value: task.id, label: visible(task.name) }))}
          value={only}
          onChange={onOnly}
        />
      )}
    </div>
  );
}

/** What keeps it from starting, each with the way to its place in the form. */
export function Problems({ workflow, preview }: { workflow: string; preview: RunPreview }) {
  return (
    <section className={styles.problems} data-testid="run-problems">
      <p>
        <b>{counted('run_stopped_by', preview.problems.length)}</b>
      </p>
      <ul>
        {preview.problems.map((problem) => (
          <li key={problem.path + problem.code}>
            <FindingLink workflow={workflow} finding={problem} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A run is of what is saved; that there is more is said. */
export function UnsavedNote({ workflow, revision }: { workflow: string; revision: number }) {
  const unsaved = useSyncExternalStore(watchUnsaved, unsavedDrafts);
  const isDirty = unsaved.some((draft) => draft.kind === 'workflow' && draft.id === workflow);
  if (!isDirty) return null;
  return (
    <Notice tone="warn" icon="info">
      {m.run_unsaved({ number: revision })}
    </Notice>
  );
}
