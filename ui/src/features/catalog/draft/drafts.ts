/**
 * Drafts that are open or were left unsaved. They live as long as the window, and their texts
 * survive a reload of the web view in its session storage.
 */
import type { DocumentShow, Kind } from '@/ipc';
import { callDocument } from '../queries';
import { DocumentDraft, type DraftBase } from './draft';

const drafts = new Map<string, DocumentDraft>();
const watchers = new Set<() => void>();
const PREFIX = 'draft ';

interface Kept {
  text: string;
  revision: number;
}

function nameOf(kind: Kind, id: string): string {
  return `${PREFIX}${kind} ${id}`;
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

/** The draft of a document: the one left unsaved, else a new one of the saved text. */
export function openDraft(kind: Kind, id: string, show: DocumentShow): DocumentDraft {
  const name = nameOf(kind, id);
  const known = drafts.get(name);
  if (known) {
    if (!known.state.isDirty && known.state.revision !== show.row.revision)
      known.reset(baseOf(show));
    return known;
  }
  const kept = read(name);
  const draft = new DocumentDraft(
    baseOf(show),
    (input) => callDocument(kind, 'draft', input),
    kept?.text,
  );
  if (kept) draft.rebase(kept.revision);
  drafts.set(name, draft);
  draft.subscribe(() => {
    keep(name, draft);
    for (const watcher of watchers) watcher();
  });
  return draft;
}

/** How many drafts hold something that is not saved. */
export function unsavedCount(): number {
  let count = 0;
  for (const draft of drafts.values()) if (draft.state.isDirty) count += 1;
  return count;
}

export function watchUnsaved(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

function read(name: string): Kept | undefined {
  try {
    const text = sessionStorage.getItem(name);
    return text ? (JSON.parse(text) as Kept) : undefined;
  } catch {
    return undefined;
  }
}

function keep(name: string, draft: DocumentDraft): void {
  try {
    const { text, revision, isDirty } = draft.state;
    if (isDirty) sessionStorage.setItem(name, JSON.stringify({ text, revision } satisfies Kept));
    else sessionStorage.removeItem(name);
  } catch {
    // The storage is full: the draft still lives in memory as long as the window does.
  }
}
