import type { ClipboardEvent, KeyboardEvent } from 'react';
import { IconButton, TextField } from '@/components';
import { m } from '@/i18n';
import type { Path } from '../draft/edits';
import styles from './forms.module.css';
import { type Scope, useTypedText } from './scope';

interface Props {
  scope: Scope;
  /** Where its entry is; `null` while it is none. */
  path: Path | null;
  label: string;
  onChange: (text: string) => void;
  /** Several lines that take the place of what stands here. */
  onPaste: (texts: readonly string[]) => void;
  onKey: (event: KeyboardEvent, isEmpty: boolean) => void;
  onRemove: () => void;
  'data-testid'?: string;
}

/** One line of a list of words. */
export function WordLine({ scope, path, label, onKey, onRemove, ...rest }: Props) {
  const text = useTypedText(scope, path ?? NOWHERE);
  const shown = path === null ? '' : text;
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const lines = linesOf(event.clipboardData.getData('text/plain'));
    if (lines.length < 2) return;
    event.preventDefault();
    const { selectionStart, selectionEnd } = event.currentTarget;
    lines[0] = shown.slice(0, selectionStart ?? shown.length) + lines[0];
    lines.push(lines.pop() + shown.slice(selectionEnd ?? shown.length));
    rest.onPaste(lines);
  };
  return (
    <li className={styles.word}>
      <TextField
        label={label}
        labelling="hidden"
        value={shown}
        onChange={rest.onChange}
        onPaste={onPaste}
        onKeyDown={(event) => onKey(event, shown === '')}
        notes={path === null ? [] : scope.notes(path)}
        data-testid={rest['data-testid']}
      />
      <IconButton icon="cross" label={m.remove_entry()} onPress={onRemove} />
    </li>
  );
}

/** A path where nothing ever stands. */
const NOWHERE: Path = ['', '', ''];

/** The lines of a text that have something in them. */
function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/).flatMap((line) => line.trim() || []);
}
