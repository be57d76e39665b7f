import { Button, Icon } from '@/components';
import { m, say, sayFinding } from '@/i18n';
import type { Finding } from '@/ipc';
import { useDraft } from '../draft/DraftContext';
import { pathOf, set, type View, valueAt } from '../draft/edits';
import styles from './Problems.module.css';
import { nameText } from './scope';

interface Going {
  /** Go to where a problem is. */
  onGo: (finding: Finding) => void;
  /** Whether there is a way to it from here. */
  canGo: (finding: Finding) => boolean;
}

/** A workflow with nothing in it yet is asked for its first step, and is not told that this is wrong. */
export function isToldAsProblem({ code }: Finding): boolean {
  return code !== 'workflow_empty';
}

/** What stops a start, in plain words, with a way there and, where one is known, the mend. */
export function Problems(going: Going) {
  const draft = useDraft();
  const { validation, broken } = draft;
  if (broken) {
    return (
      <div className={styles.problems} role="status">
        <div className={styles.problem}>
          <Icon name="cross" />
          <span className={styles.words}>{say(broken)}</span>
        </div>
      </div>
    );
  }
  const told = validation.errors.filter(isToldAsProblem);
  if (told.length === 0) return null;
  return (
    <div className={styles.problems} role="status" data-testid="problems">
      {told.map((finding) => (
        <Problem
          key={`${finding.path} ${finding.code}`}
          finding={finding}
          view={draft.view}
          {...going}
        />
      ))}
    </div>
  );
}

function Problem({ finding, view, onGo, canGo }: Going & { finding: Finding; view: View }) {
  const draft = useDraft();
  const path = pathOf(finding.path, view);
  const row = valueAt(view, path.slice(0, 2)) as { name?: unknown; id?: unknown } | undefined;
  const subject = path.length >= 2 ? nameText(row?.name ?? row?.id) : '';
  const suggestion = finding.fields?.suggestion;
  const old = valueAt(view, path);
  const mend = () => {
    const prefix = typeof old === 'string' && old.startsWith('fallback:') ? 'fallback:' : '';
    draft.edit([set(path, `${prefix}${suggestion}`)]);
  };
  return (
    <div className={styles.problem}>
      <Icon name="cross" />
      <span className={styles.words}>
        {subject && <b>{subject}</b>}
        {subject && ' · '}
        {sayFinding(finding)}
      </span>
      {suggestion && typeof old === 'string' && (
        <Button look="quiet" onPress={mend}>
          {m.use_suggestion({ name: suggestion })}
        </Button>
      )}
      {canGo(finding) && (
        <Button look="quiet" onPress={() => onGo(finding)}>
          {m.go_to()}
        </Button>
      )}
    </div>
  );
}
