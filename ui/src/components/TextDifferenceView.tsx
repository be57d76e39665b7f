import { unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { phrases } from './CodeEditor';
import styles from './CodeEditor.module.css';
import { codeTheme } from './codeTheme';

export interface DifferenceProps {
  label: string;
  before: string;
  after: string;
}

/** The newline that ends both texts begins no line of its own, which an editor would show. */
export function ended({ before, after }: Pick<DifferenceProps, 'before' | 'after'>) {
  const isEnded = before.endsWith('\n') && after.endsWith('\n');
  const cut = (text: string) => (isEnded ? text.replace(/\r?\n$/, '') : text);
  return { before: cut(before), after: cut(after) };
}

/** Longest time a comparison may take before it is coarser, in milliseconds. */
const PATIENCE = 500;

/** The later text with what was taken away and added marked in it; what is the same is folded. */
export default function TextDifferenceView({ label, ...texts }: DifferenceProps) {
  const place = useRef<HTMLDivElement>(null);
  const { before, after } = ended(texts);
  useEffect(() => {
    if (!place.current) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: after,
        extensions: [
          lineNumbers(),
          EditorView.lineWrapping,
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          codeTheme('code'),
          phrases(),
          unifiedMergeView({
            original: before,
            mergeControls: false,
            gutter: true,
            collapseUnchanged: { margin: 2, minSize: 5 },
            diffConfig: { timeout: PATIENCE },
          }),
        ],
      }),
    });
    return () => view.destroy();
  }, [label, before, after]);
  return <div className={styles.editor} ref={place} data-testid="text-difference" />;
}
