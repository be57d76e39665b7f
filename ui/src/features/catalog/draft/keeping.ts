/**
 * Keeps a draft in the database while it is not saved, so that neither a crash nor a closed window
 * takes it away. One write after another; what has become clean is forgotten there.
 */
import { CallError, call, type DraftRef } from '@/ipc';
import { tellFailure } from '../../command';
import type { DocumentDraft } from './draft';

/** Longest time between a letter and its being kept, in milliseconds. */
export const KEPT_WITHIN = 900;

interface Kept {
  text: string;
  revision: number;
}

export class Keeping {
  readonly #of: DraftRef;
  readonly #draft: DocumentDraft;
  #kept: Kept | null;
  #due: ReturnType<typeof setTimeout> | undefined;
  #last: Promise<void> = Promise.resolve();
  #told = false;

  /** `kept` is what lies in the database already. */
  constructor(of: DraftRef, draft: DocumentDraft, kept: Kept | null) {
    this.#of = of;
    this.#draft = draft;
    this.#kept = kept;
    draft.subscribe(() => this.#changed());
    draft.typing.subscribe(() => this.#changed());
  }

  /** Write now; resolves when what was typed up to now is kept, or could not be. */
  now(): Promise<void> {
    clearTimeout(this.#due);
    this.#due = undefined;
    this.#last = this.#last.then(() => this.#write());
    return this.#last;
  }

  #changed(): void {
    if (this.#draft.isDirty) this.#due ??= setTimeout(() => void this.now(), KEPT_WITHIN);
    else if (this.#kept || this.#due) void this.now();
  }

  async #write(): Promise<void> {
    const text = await this.#draft.textNow();
    const { isDirty } = this.#draft;
    const { revision } = this.#draft.state;
    try {
      if (!isDirty) {
        if (this.#kept) await call('draft_forget', this.#of);
        this.#kept = null;
      } else if (this.#kept?.text !== text || this.#kept.revision !== revision) {
        await call('draft_keep', { ...this.#of, revision, text });
        this.#kept = { text, revision };
      }
      this.#told = false;
    } catch (thrown) {
      // It still lives in the window, and the next change tries again: one word is enough, and none
      // where a line over every page says that nothing can be saved.
      const isSaid = this.#told || CallError.from(thrown).code === 'data_only_read';
      if (!isSaid) tellFailure(thrown);
      this.#told = true;
    }
  }
}
