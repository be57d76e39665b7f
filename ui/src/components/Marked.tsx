import { useMemo } from 'react';
import styles from './Marked.module.css';
import { marked } from './marks';

/** A text in which the words somebody looks for stand out. */
export function Marked({ text, words }: { text: string; words: string }) {
  const pieces = useMemo(() => marked(text, words), [text, words]);
  let at = 0;
  return pieces.map((piece) => {
    const key = at;
    at += piece.text.length;
    return piece.isMarked ? (
      <mark key={key} className={styles.mark}>
        {piece.text}
      </mark>
    ) : (
      piece.text
    );
  });
}
