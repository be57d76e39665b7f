import { lazy, Suspense } from 'react';
import type { EditorProps } from './CodeEditor';

const Editor = lazy(() => import('./CodeEditor'));

/** The text editor, loaded when a text is first looked at. */
export function CodeView(props: EditorProps) {
  return (
    <Suspense fallback={null}>
      <Editor {...props} />
    </Suspense>
  );
}
