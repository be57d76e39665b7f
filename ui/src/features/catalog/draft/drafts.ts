/**
 * Drafts that are open, and those that were left unsaved when the window was closed or died. What is
 * not saved lies in the database as well (`keeping.ts`).
 */
import { call, type DocumentShow, type DraftRow, type DraftShow, type Kind } from '@/ipc';
import { callDocument } from '../queries';
import { DocumentDraft } from './draft';
import { Keeping } from './keeping';
import type { DraftBase } from './state';

interface Open {
  kind: Kind;
  id: string;
  draft: DocumentDraft;
  keeping: Keeping;
}

/** A document with changes that are not saved. */
export interface Unsaved {
  kind: Kind;
  id: string;
}

const drafts = new Map<string, Open>();
/** Left unsaved by an earlier window and not opened in this one. */
const left = new Map<string, DraftRow>();
const watchers = new Set<() => void>();
let unsaved: readonly Unsaved[] = [];

function nameOf(kind: Kind, id: string): string {
  return `${kind} ${id}`;
}

export function baseOf(show: DocumentShow): DraftBase {
  return {
    text: show.text,
    format: show.row.format,
    view: show.view,
    spelled: show.spelled,
    validation: show.validation,
    revision: show.row.revision,
  };
}

/** The draft of a document: the one that is open, the one left unsaved, else one of the saved text. */
export function openDraft(
  kind: Kind,
  id: string,
  show: DocumentShow,
  kept: DraftShow['draft'],
): DocumentDraft {
  const name = nameOf(kind, id);
  const open = drafts.get(name);
  if (open) return open.draft;
  const draft = new DocumentDraft(
    baseOf(show),
    (input) => callDocument(kind, 'draft', { ...input, id }),
    kept?.text,
  );
  if (kept && draft.state.isDirty) draft.rebase(kept.revision);
  const keeping = new Keeping({ kind, id }, draft, kept);
  drafts.set(name, { kind, id, draft, keeping });
  draft.subscribe(count);
  // Not while a page is being rendered.
  queueMicrotask(() => {
    left.delete(name);
    count();
    if (kept && !draft.state.isDirty) void keeping.now();
  });
  return draft;
}

/** Let a draft go on from what was saved elsewhere, as far as nothing of its own is in the way. */
export function followSaved(draft: DocumentDraft, show: DocumentShow): void {
  const { state } = draft;
  if (show.row.revision <= state.revision) {
    checkAnew(draft, show);
    return;
  }
  if (!draft.isDirty) draft.follow(baseOf(show));
  // Deleted and brought back, or reverted to what it was: nothing came in between.
  else if (draft.beganWith(show.text)) draft.moveBase(show.row.revision);
  else if (!state.isPending && state.text === show.text) draft.saved(show.text, show.row.revision);
}

/** What was said of the saved text when a draft was last checked. */
const checked = new WeakMap<DocumentDraft, string>();

/** What is wrong with a text may change without it: a folder that it names leaves the list, or comes back. */
function checkAnew(draft: DocumentDraft, { row, text, validation }: DocumentShow): void {
  const said = JSON.stringify(validation);
  const before = checked.get(draft);
  checked.set(draft, said);
  const { state } = draft;
  if (row.revision !== state.revision || state.isPending) return;
  const isKnown = state.text === text ? JSON.stringify(state.validation) : (before ?? said);
  if (isKnown !== said) draft.checkAgain();
}

/** What an earlier window left unsaved, the newest first. Asked for once, when the window opens. */
export async function findLeftDrafts(): Promise<readonly DraftRow[]> {
  const { items } = await call('draft_list', {});
  const found = items.filter((row) => !drafts.has(nameOf(row.kind, row.id)));
  for (const row of found) left.set(nameOf(row.kind, row.id), row);
  count();
  return found;
}

/** Keep everything that is typed and not saved; resolves when it is done. */
export async function keepDrafts(): Promise<void> {
  const dirty = [...drafts.values()].filter(({ draft }) => draft.isDirty);
  await Promise.all(dirty.map(({ keeping }) => keeping.now()));
}

/** The documents with changes that are not saved. */
export function unsavedDrafts(): readonly Unsaved[] {
  return unsaved;
}

export function watchUnsaved(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

function count(): void {
  const open = [...drafts.values()].filter(({ draft }) => draft.state.isDirty);
  const next = [...open, ...left.values()].map(({ kind, id }) => ({ kind, id }));
  if (
    next.length === unsaved.length &&
    next.every(({ kind, id }, at) => same(unsaved[at], kind, id))
  )
    return;
  unsaved = next;
  for (const watcher of watchers) watcher();
}

function same(one: Unsaved | undefined, kind: Kind, id: string): boolean {
  return one?.kind === kind && one.id === id;
}
