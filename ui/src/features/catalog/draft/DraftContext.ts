import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Note } from '@/components';
import { sayFinding } from '@/i18n';
import type { Edit, Finding, Format, Kind } from '@/ipc';
import type { DocumentDraft } from './draft';
import { type Path, pointer, remove, set, type View, valueAt } from './edits';
import type { DraftContent, DraftState } from './state';
import type { Typed } from './typing';

interface Editing {
  kind: Kind;
  draft: DocumentDraft;
}

export const DraftContext = createContext<Editing | null>(null);

export interface DraftTools {
  kind: Kind;
  view: View;
  /** Why the text cannot be read; the view is then the last one that could. */
  broken: DraftContent['broken'];
  validation: DraftContent['validation'];
  /** The value at a path. */
  at: (path: Path) => View;
  /** The number at a path as the text spells it; `undefined` where it is printed the same or is none. */
  spelling: (path: Path) => string | undefined;
  /** Change the document: a step of undo of its own, or one with what is typed at a path. */
  edit: (edits: readonly Edit[], typedAt?: Path) => void;
  /** Set a value at once; `undefined` takes the key away. */
  put: (path: Path, value: View) => void;
  /** Set a value while it is typed, by its JSON where numbers are to stay as spelled; `undefined`
   * takes the key away. */
  type: (path: Path, value: View, text?: string) => void;
  /** What is being typed at a path right now, and how to hear of it letter by letter. */
  typed: (path: Path) => Typed | null;
  watchTyping: (listener: () => void) => () => void;
  /** What validation says of this place. */
  notes: (path: Path, reach?: 'inside') => Note[];
}

let steps = 0;

function useEditing(): Editing {
  const editing = useContext(DraftContext);
  if (!editing) throw new Error('a draft needs a DraftContext');
  return editing;
}

/** Everything about the draft of the page one is on, such as whether it is saved. */
export function useDraftState(): DraftState {
  const { draft } = useEditing();
  return useSyncExternalStore(draft.subscribe, () => draft.state);
}

/** What the draft of the page says, and how to change it. Drawn anew only when it says something else. */
export function useDraft(): DraftTools {
  const { kind, draft } = useEditing();
  const content = useSyncExternalStore(draft.subscribe, () => draft.state.content);
  const { view } = content;
  return {
    kind,
    view,
    broken: content.broken,
    validation: content.validation,
    at: (path) => valueAt(view, path),
    // An edit on its way may have put another number there.
    spelling: (path) => {
      const spelled = content.spelled[pointer(path)];
      const value = valueAt(view, path);
      return spelled === value || (spelled !== undefined && Number(spelled) === value)
        ? spelled
        : undefined;
    },
    edit: (edits, typedAt) => {
      steps += 1;
      draft.edit(edits, typedAt ? pointer(typedAt) : `step ${steps}`);
    },
    put: (path, value) => {
      if (value === undefined && valueAt(view, path) === undefined) return;
      draft.edit([value === undefined ? remove(path) : set(path, value)], pointer(path));
    },
    type: (path, value, text) => draft.type(path, value, text),
    typed: (path) => draft.typing.at(pointer(path)),
    watchTyping: draft.typing.subscribe,
    notes: (path, reach) => notesAt(content, pointer(path), reach),
  };
}

/** The text of the draft of the page at the time one asks: what is shown does not follow it. */
export function useDraftText(): () => { text: string; format: Format } {
  const { draft } = useEditing();
  return () => ({ text: draft.state.text, format: draft.format });
}

function notesAt({ validation }: DraftContent, place: string, reach?: 'inside'): Note[] {
  const belongs = (finding: Finding) =>
    finding.path === place || (reach === 'inside' && finding.path.startsWith(`${place}/`));
  return [
    ...validation.errors.filter(belongs).map((finding) => note('problem', finding)),
    ...validation.warnings.filter(belongs).map((finding) => note('warning', finding)),
  ];
}

function note(tone: Note['tone'], finding: Finding): Note {
  return { tone, text: sayFinding(finding) };
}
