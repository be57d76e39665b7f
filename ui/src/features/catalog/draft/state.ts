/** What a draft says to whoever looks: made of what the core has answered and what is on its way to it. */
import type { CallError, Draft, Edit, Format, Message, Validation } from '@/ipc';
import { applied, isNumber, isSame, pointer, type View } from './edits';

/** Numbers as the text spells them, by their pointers, where they would be printed otherwise. */
export type Spelled = Draft['spelled'];

export interface DraftBase {
  text: string;
  format: Format;
  view: View;
  spelled: Spelled;
  validation: Validation;
  revision: number;
}

/** What a form shows. The same object for as long as it says the same. */
export interface DraftContent {
  view: View;
  spelled: Spelled;
  /** Why the text cannot be read; the form shows the last view that could. */
  broken: Message | null;
  validation: Validation;
}

export interface DraftState extends DraftContent {
  text: string;
  content: DraftContent;
  /** Something is on its way to the core. */
  isPending: boolean;
  isDirty: boolean;
  canUndo: boolean;
  canRedo: boolean;
  /** The revision the draft was begun from. */
  revision: number;
  /** The edit that the core refused last. */
  refused: CallError | null;
}

export interface Confirmed extends DraftContent {
  text: string;
}

export interface Batch {
  /** Edits of one burst are undone together, such as the typing in one field. */
  burst: string;
  edits: Edit[];
}

/** A saved text, as the core would answer it. */
export function confirmed({ text, view, spelled, validation }: DraftBase): Confirmed {
  return { text, view, spelled, broken: null, validation };
}

interface Parts {
  confirmed: Confirmed;
  batches: readonly Batch[];
  isTyping: boolean;
  /** Typing in the text view has not rested yet. */
  isResting: boolean;
  base: { text: string; revision: number };
  history: { canUndo: boolean; canRedo: boolean };
  refused: CallError | null;
  /** What was shown before. */
  before: DraftContent;
}

/** A number that is on its way stands there as it was typed. */
function withSpelling(spelled: Spelled, edit: Edit): Spelled {
  return edit.op === 'write' && isNumber(edit.text)
    ? { ...spelled, [pointer(edit.path)]: edit.text }
    : spelled;
}

/** The state with everything that waits applied for the eye. */
export function shownState(parts: Parts): DraftState {
  const { text, view, spelled, broken, validation } = parts.confirmed;
  const edits = parts.batches.flatMap((batch) => batch.edits);
  const next = {
    view: edits.reduce(applied, view),
    spelled: edits.reduce(withSpelling, spelled),
    broken,
    validation,
  };
  const content = isSame(parts.before, next) ? parts.before : next;
  return {
    ...content,
    text,
    content,
    isPending: parts.batches.length > 0 || parts.isResting || parts.isTyping,
    isDirty: text !== parts.base.text || edits.length > 0 || parts.isTyping,
    canUndo: parts.history.canUndo || edits.length > 0 || parts.isTyping,
    canRedo: parts.history.canRedo,
    revision: parts.base.revision,
    refused: parts.refused,
  };
}
