import { Chip, Folded } from '@/components';
import { begun, m, moment, say, took, visible, visibleText } from '@/i18n';
import type { Message, RunAttempt } from '@/ipc';
import { reasonWords, sourceWords } from '../../routing/words';
import { between } from '../now';
import { isSentBack } from '../question/sentBack';
import { StatusChip } from '../status';
import styles from './TaskPanel.module.css';

interface Props {
  attempt: RunAttempt;
  /** What people call the tasks, by their ids. */
  names: ReadonlyMap<string, string>;
  /** How many there are. */
  of: number;
  now: Date;
}

/** One attempt: when, how long, where, and in words what went wrong. */
export function Attempt({ attempt, names, of, now }: Props) {
  const { number, status, queued_at, started_at, ended_at, data_source, error } = attempt;
  const waited = started_at ? between(queued_at, started_at, now) : 0;
  const facts = [
    of > 1 && m.attempt_number({ number, of }),
    started_at ? moment(started_at) : undefined,
    started_at &&
      status !== 'waiting' &&
      m.run_took({ length: took(between(started_at, ended_at, now)) }),
    waited >= 1000 && m.attempt_waited({ length: took(waited) }),
    data_source && usedWords(data_source, attempt.reason),
  ];
  return (
    <div className={styles.attempt}>
      <div className={styles.facts}>
        {error && isSentBack(error) ? (
          <Chip icon="undo" tone="off">
            {begun(sentBackWords(error, names))}
          </Chip>
        ) : (
          <StatusChip status={status} />
        )}
        <span className={styles.quiet}>{facts.filter(Boolean).join(' · ')}</span>
      </div>
      {attempt.passed_over && (
        <ul className={styles.passedOver} aria-label={m.source_passed_over()}>
          {attempt.passed_over.map(({ source, why }) => (
            <li key={source}>
              {m.labelled({ label: sourceWords(source), text: visible(say(why)) })}
            </li>
          ))}
        </ul>
      )}
      {error && isSentBack(error) && error.fields?.reason && (
        <p className={styles.error} data-selectable>
          {visibleText(error.fields.reason)}
        </p>
      )}
      {error && !isSentBack(error) && (
        <>
          <p className={styles.error} data-selectable>
            {begun(visible(say(error)))}
          </p>
          <Folded summary={m.error_details()}>
            <code data-selectable>
              {error.code}
              {Object.entries(error.fields ?? {}).map(([name, value]) => `\n${name}: ${value}`)}
            </code>
          </Folded>
        </>
      )}
    </div>
  );
}

/** To which step the work went, as people call it. */
function sentBackWords(error: Message, names: ReadonlyMap<string, string>): string {
  const to = error.fields?.to ?? '';
  return say({ code: 'run_sent_back', fields: { to: visible(names.get(to) ?? to) } });
}

/** The data source that was used, and why that one. */
function usedWords(source: string, reason: string | null): string {
  const name = visible(source);
  return reason === null ? name : m.source_used({ source: name, why: reasonWords(reason) });
}
