import type { ReactNode } from 'react';
import { counted, fieldName, label, m } from '@/i18n';
import type { Comparison, Difference } from '@/ipc';
import styles from './Differences.module.css';

interface Props {
  differences: readonly Difference[];
  /** A comparison tells what happened, a plan what will. */
  tense: 'past' | 'future';
}

/** What differs, in the language of the form: what it is called, what it was, what it becomes. */
export function Differences({ differences, tense }: Props) {
  if (differences.length === 0) return <p className={styles.none}>{m.difference_none()}</p>;
  return (
    <ul className={styles.list}>
      {differences.map((difference, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two differences may have one path
        <li key={`${difference.path} ${index}`} className={styles.change}>
          <b className={styles.what}>{subjectOf(difference)}</b>
          <Values difference={difference} tense={tense} />
        </li>
      ))}
    </ul>
  );
}

function subjectOf({ subject, field, path }: Difference): string {
  const parts = [
    subject && `${label('subject', subject.kind)} ${subject.name}`,
    field && fieldName(field),
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(' · ') : path || m.difference_whole();
}

function Values({
  difference,
  tense,
}: {
  difference: Difference;
  tense: Props['tense'];
}): ReactNode {
  const { change, before, after } = difference;
  if (change === 'moved') {
    return before && after ? (
      <span>{m.difference_moved_from({ from: before, to: after })}</span>
    ) : (
      <span>{m.difference_moved()}</span>
    );
  }
  if (change === 'removed' && !before)
    return (
      <span className={styles.was}>
        {tense === 'past' ? m.difference_was_removed() : m.difference_removed()}
      </span>
    );
  if (change === 'added' && !after)
    return (
      <span className={styles.now}>
        {tense === 'past' ? m.difference_was_added() : m.difference_added()}
      </span>
    );
  return (
    <span className={styles.values}>
      {before !== null && <Value text={before} tone="was" />}
      {before !== null && after !== null && <span aria-hidden="true"> → </span>}
      {after !== null && <Value text={after} tone="now" />}
    </span>
  );
}

function Value({ text, tone }: { text: string; tone: 'was' | 'now' }) {
  return (
    <span className={styles[tone]}>
      <span className="visually-hidden">
        {tone === 'was' ? m.difference_was() : m.difference_now()}{' '}
      </span>
      {text === '' ? m.difference_empty() : text}
    </span>
  );
}

/** How many places differ, in words. */
export function differenceCount(comparison: Comparison): string {
  return counted('differences', comparison.differences.length);
}
