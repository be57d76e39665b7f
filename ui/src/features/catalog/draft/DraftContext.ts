import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Note } from '@/components';
import { fieldName, say } from '@/i18n';
import type { Edit, Finding, Kind } from '@/ipc';
import type { DocumentDraft, DraftState } from './draft';
import { type Path, pointer, remove, set, type View, valueAt } from './edits';
import type { Typed } from './typing';

interface Editing {
  kind: Kind;
  draft: DocumentDraft;
}

export const DraftContext = createContext<Editing | null>(null);

export interface DraftTools {
  kind: Kind;
  state: DraftState;
  view: View;
  /** The value at a path. */
  at: (path: Path) => View;
  /** The number at a path as the text spells it; `undefined` where it is printed the same or is none. */
  spelling: (path: Path) => string | undefined;
  /** Change the document; without a `burst` the edit is a step of undo of its own. */
  edit: (edits: readonly Edit[], burst?: string) => void;
  /** Set a value at once; `undefined` takes the key away. */
  put: (path: Path, value: View) => void;
  /** Set a value while it is typed; `undefined` takes the key away. */
  type: (path: Path, value: View) => void;
  /** What is being typed at a path right now, and how to hear of it letter by letter. */
  typed: (path: Path) => Typed | null;
  watchTyping: (listener: () => void) => () => void;
  /** What validation says of this place. */
  notes: (path: Path, reach?: 'inside') => Note[];
}

let steps = 0;

/** The draft of the page one is on. */
export function useDraft(): DraftTools {
  const editing = useContext(DraftContext);
  if (!editing) throw new Error('useDraft needs a DraftContext');
  const { kind, draft } = editing;
  const state = useSyncExternalStore(draft.subscribe, () => draft.state);
  const view = state.view;
  return {
    kind,
    state,
    view,
    at: (path) => valueAt(view, path),
    // An edit on its way may have put another number there.
    spelling: (path) => {
      const spelled = state.spelled[pointer(path)];
      return spelled !== undefined && Number(spelled) === valueAt(view, path) ? spelled : undefined;
    },
    edit: (edits, burst) => {
      steps += 1;
      draft.edit(edits, burst ?? `step ${steps}`);
    },
    put: (path, value) => {
      if (value === undefined && valueAt(view, path) === undefined) return;
      draft.edit([value === undefined ? remove(path) : set(path, value)], pointer(path));
    },
    type: (path, value) => draft.type(path, value),
    typed: (path) => draft.typing.at(pointer(path)),
    watchTyping: draft.typing.subscribe,
    notes: (path, reach) => notesAt(state, pointer(path), reach),
  };
}

function notesAt({ validation }: DraftState, place: string, reach?: 'inside'): Note[] {
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

/** A finding in words, its field called as the form does. Its place is left to the text view. */
export function sayFinding({ code, fields }: Finding): string {
  const named = fields?.field ? { ...fields, field: fieldName(fields.field) } : fields;
  const sentence = say({ code, fields: named, place: null });
  return sentence.charAt(0).toLocaleUpperCase() + sentence.slice(1);
}
