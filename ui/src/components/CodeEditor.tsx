import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { markdown } from '@codemirror/lang-markdown';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { m } from '@/i18n';
import styles from './CodeEditor.module.css';
import { codeTheme } from './codeTheme';

/** Both from 1; columns count characters. */
export interface TextPlace {
  line: number;
  column: number;
}

export interface TextMark extends TextPlace {
  tone: 'problem' | 'warning';
  text: string;
}

export interface EditorProps {
  label: string;
  value: string;
  language: 'json' | 'yaml' | 'markdown';
  /** Absent where the text is only to be read. */
  onChange?: (value: string) => void;
  marks?: readonly TextMark[];
  /** A place that is to be gone to; the same one anew is gone to again. */
  shown?: TextPlace;
  face?: 'code' | 'prose';
}

const LANGUAGES: Record<EditorProps['language'], () => Extension> = { json, yaml, markdown };

export function phrases(): Extension {
  return EditorState.phrases.of({
    'Fold line': m.code_fold(),
    'Unfold line': m.code_unfold(),
    Find: m.code_find(),
    Replace: m.code_replace(),
    next: m.code_next(),
    previous: m.code_previous(),
    all: m.code_all(),
    'match case': m.code_case(),
    'by word': m.code_word(),
    regexp: m.code_pattern(),
    replace: m.code_replace(),
    'replace all': m.code_replace_all(),
    close: m.close(),
    'folded code': m.code_folded(),
    '$ unchanged lines': m.code_unchanged(),
  });
}

/** A text with its marks. The text belongs to the owner: a change from outside replaces it. */
export default function CodeEditor({
  label,
  value,
  language,
  onChange,
  marks,
  shown,
  face = 'code',
}: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(null);
  const changed = useRef(onChange);
  changed.current = onChange;
  const first = useRef(value);
  first.current = value;
  const isFixed = onChange === undefined;

  useEffect(() => {
    if (!place.current) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          face === 'code'
            ? [lineNumbers(), foldGutter(), highlightActiveLineGutter(), lintGutter()]
            : [],
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          highlightActiveLine(),
          highlightSelectionMatches(),
          EditorView.lineWrapping,
          EditorState.readOnly.of(isFixed),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          LANGUAGES[language](),
          codeTheme(face),
          phrases(),
          keymap.of([
            ...defaultKeymap,
            ...searchKeymap,
            ...historyKeymap,
            ...foldKeymap,
            indentWithTab,
          ]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed.current?.(update.state.doc.toString());
          }),
        ],
      }),
    });
    editor.current = view;
    return () => view.destroy();
  }, [label, language, face, isFixed]);

  useEffect(() => {
    const view = editor.current;
    if (!view || view.state.doc.toString() === value) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const view = editor.current;
    if (view)
      view.dispatch(
        setDiagnostics(
          view.state,
          (marks ?? []).map((mark) => diagnostic(view, mark)),
        ),
      );
  }, [marks]);

  useEffect(() => {
    const view = editor.current;
    if (!view || !shown) return;
    const anchor = positionOf(view, shown);
    view.dispatch({
      selection: { anchor },
      effects: EditorView.scrollIntoView(anchor, { y: 'center' }),
    });
    view.focus();
  }, [shown]);

  return <div className={styles.editor} ref={place} data-testid="text-editor" />;
}

/** A place as the editor counts; one behind the end of its line or text is there. */
function positionOf({ state: { doc } }: EditorView, place: TextPlace): number {
  const line = doc.line(Math.min(Math.max(1, place.line), doc.lines));
  return Math.min(line.to, line.from + [...line.text].slice(0, place.column - 1).join('').length);
}

function diagnostic(view: EditorView, mark: TextMark): Diagnostic {
  const { doc } = view.state;
  const from = positionOf(view, mark);
  const line = doc.lineAt(from);
  const to = Math.min(
    line.to,
    from + Math.max(1, /^\S+/.exec(doc.sliceString(from, line.to))?.[0].length ?? 1),
  );
  return {
    from,
    to,
    severity: mark.tone === 'problem' ? 'error' : 'warning',
    message: mark.text,
  };
}
