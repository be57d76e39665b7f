import { Text } from 'react-aria-components';
import styles from './fields.module.css';
import { Icon } from './Icon';

export interface Note {
  tone: 'problem' | 'warning';
  text: string;
}

interface Props {
  hint?: string;
  notes?: readonly Note[];
}

/** What stands under a field: the problems found by validation, else a hint. */
export function FieldNotes({ hint, notes = [] }: Props) {
  if (notes.length === 0) {
    return hint ? (
      <Text slot="description" className={styles.hint}>
        {hint}
      </Text>
    ) : null;
  }
  return (
    // As the description of its field, so that it is read with it.
    <Text slot="description" elementType="div" role="status">
      {notes.map((note) => (
        <div
          key={note.text}
          className={`${styles.problem} ${note.tone === 'warning' ? styles.warning : ''}`}
        >
          <Icon name={note.tone === 'warning' ? 'info' : 'warn'} size={14} />
          <span>{note.text}</span>
        </div>
      ))}
    </Text>
  );
}

/** Whether a field is to be drawn as wrong. */
export function isBad(notes: readonly Note[] | undefined): boolean {
  return notes?.some((note) => note.tone === 'problem') ?? false;
}
