/**
 * One text being edited. Form and text view are two views of it; the core alone changes the text,
 * one batch of edits after another. What was typed shows at once, because waiting edits are applied
 * to the view for the eye.
 */
import type { CallError, Draft, DraftInput, Edit, Format } from '@/ipc';
import { coalesced, type Path, remove, set, type View, valueAt, write } from './edits';
import { TextHistory } from './history';
import {
  type Batch,
  type Confirmed,
  confirmed,
  type DraftBase,
  type DraftContent,
  type DraftState,
  shownState,
} from './state';
import { type Typed, Typing } from './typing';

/** How long typing in the text view rests before the core is asked, in milliseconds. */
export const REST = 250;

/** A pause in typing in which the page is marked as not saved, in milliseconds. */
export const MARK = 100;

/** A pause after which what is typed next is another step of undo, in milliseconds. */
export const STEP = 1_000;

function editOf({ path, value, text }: Typed): Edit {
  if (text !== undefined) return write(path, text);
  return value === undefined ? remove(path) : set(path, value);
}

type Ask = (input: DraftInput) => Promise<Draft>;

export class DocumentDraft {
  readonly format: Format;
  /** What is being typed into a field of the form. */
  readonly typing = new Typing((typed) => this.#takeTyped(typed));
  readonly #ask: Ask;
  #base: { text: string; revision: number };
  /** Whether the base's text is that of its revision: of what was left unsaved before, it is a newer one's. */
  #isBaseKnown = true;
  #confirmed: Confirmed;
  #running: Batch | null = null;
  #waiting: Batch[] = [];
  readonly #history = new TextHistory();
  #rest: ReturnType<typeof setTimeout> | null = null;
  #refused: CallError | null = null;
  #turn = 0;
  #stepNumber = 0;
  #stepEnd: ReturnType<typeof setTimeout> | undefined;
  #mark: ReturnType<typeof setTimeout> | undefined;
  #content: DraftContent;
  #state: DraftState;
  readonly #listeners = new Set<() => void>();

  /** A draft of a saved text; `kept` is a text that was left unsaved before. */
  constructor(base: DraftBase, ask: Ask, kept?: string) {
    this.format = base.format;
    this.#ask = ask;
    this.#base = { text: base.text, revision: base.revision };
    this.#confirmed = confirmed(base);
    const { text: _, ...content } = this.#confirmed;
    this.#content = content;
    this.#state = this.#current();
    if (kept !== undefined && kept !== base.text) {
      this.#history.remember(base.text, 'kept');
      this.#takeText(kept);
    }
  }

  get state(): DraftState {
    return this.#state;
  }

  /** Whether something is not saved, to the last letter; what the page shows may lag behind. */
  get isDirty(): boolean {
    return this.#state.isDirty || this.typing.typed !== null;
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /**
   * Put a value while it is typed; `undefined` takes the key away. Given as JSON too, its numbers stay
   * as they are spelled. Cheap for every letter.
   */
  type(path: Path, value: View, text?: string): void {
    this.typing.type(path, value, text);
    this.#awaitStepEnd();
    clearTimeout(this.#mark);
    if (!this.#state.isDirty || !this.#state.canUndo)
      this.#mark = setTimeout(() => this.#publish(), MARK);
  }

  /** Change the document. Edits with one `burst` in a row are one step of undo. */
  edit(edits: readonly Edit[], burst: string): void {
    this.typing.rest();
    if (edits.length === 0) return;
    const step = `${burst} ${this.#stepNumber}`;
    const last = this.#waiting.at(-1);
    if (last?.burst === step) last.edits = coalesced([...last.edits, ...edits]);
    else this.#waiting.push({ burst: step, edits: coalesced(edits) });
    this.#awaitStepEnd();
    this.#refused = null;
    this.#publish();
    void this.#work();
  }

  /**
   * Put another text in the place of this one, as the text view does. It was typed over the text that
   * was seen: what a form changed must be part of that first (`settle`), or it is lost.
   */
  replace(text: string): void {
    if (text === this.#confirmed.text) return;
    this.#history.remember(this.#confirmed.text, `text ${this.#stepNumber}`);
    this.#awaitStepEnd();
    this.#takeText(text);
  }

  /** What comes next is a step of undo of its own. */
  endStep(): void {
    this.typing.rest();
    clearTimeout(this.#stepEnd);
    this.#stepNumber += 1;
  }

  undo(): void {
    this.#step('undo');
  }

  redo(): void {
    this.#step('redo');
  }

  /** Wait until the core has answered everything; gives the text. */
  settle(): Promise<string> {
    this.typing.rest();
    return this.#settled();
  }

  /** The text with what is typed into a field right now, which goes on being typed. */
  async textNow(): Promise<string> {
    const text = await this.#settled();
    const { typed } = this.typing;
    if (!typed) return text;
    const edits = [editOf(typed)];
    try {
      return (await this.#ask({ text, format: this.format, edits })).text;
    } catch {
      // It will be refused and said so when typing rests.
      return text;
    }
  }

  async #settled(): Promise<string> {
    if (this.#rest) this.#check();
    while (this.#running || this.#waiting.length > 0 || this.#rest) {
      await new Promise<void>((resolve) => {
        const stop = this.subscribe(() => {
          stop();
          resolve();
        });
      });
    }
    return this.#confirmed.text;
  }

  /** The text as it stands was saved as this revision. */
  saved(text: string, revision: number): void {
    this.#isBaseKnown = true;
    this.#base = { text, revision };
    this.#stepNumber += 1;
    this.#publish();
  }

  /** Go on from another saved state; undo brings back what is left behind. */
  async leaveFor(base: DraftBase): Promise<void> {
    const text = await this.settle();
    this.endStep();
    if (text !== base.text) this.#history.remember(text, `left ${this.#stepNumber}`);
    this.endStep();
    this.#begin(base);
  }

  /** Go on from a state that was saved elsewhere, where nothing here is unsaved. */
  follow(base: DraftBase): void {
    this.#history.forget();
    this.#begin(base);
  }

  /** Whether this is the very text that the draft was begun from. */
  beganWith(text: string): boolean {
    return this.#isBaseKnown && this.#base.text === text;
  }

  /** Another revision has the very text that the draft was begun from: it is begun from that one. */
  moveBase(revision: number): void {
    this.#base = { ...this.#base, revision };
    this.#publish();
  }

  /** Keep the text and call another revision its base: what is saved now replaces that one. */
  rebase(revision: number): void {
    this.#isBaseKnown = false;
    this.#base = { ...this.#base, revision };
    this.#publish();
  }

  #begin(base: DraftBase): void {
    this.#turn += 1;
    this.#isBaseKnown = true;
    this.#base = { text: base.text, revision: base.revision };
    this.#waiting = [];
    this.typing.drop();
    this.#stopRest();
    this.#confirmed = confirmed(base);
    this.#publish();
  }

  #awaitStepEnd(): void {
    clearTimeout(this.#stepEnd);
    this.#stepEnd = setTimeout(() => this.endStep(), STEP);
  }

  #takeTyped(typed: Typed): void {
    const { place, path, value, text } = typed;
    const spelled = this.#state.spelled[place] ?? String(value);
    const isThere = valueAt(this.#state.view, path) === value;
    if (isThere && (text === undefined || text === spelled)) this.#publish();
    else this.edit([editOf(typed)], typed.place);
  }

  #step(way: 'undo' | 'redo'): void {
    this.endStep();
    if (this.#running || this.#waiting.length > 0) {
      void this.settle().then(() => this.#step(way));
      return;
    }
    const text = this.#history[way](this.#confirmed.text);
    if (text === undefined) return;
    this.#takeText(text);
    this.#check();
  }

  #takeText(text: string): void {
    this.#turn += 1;
    this.#waiting = [];
    this.#confirmed = { ...this.#confirmed, text };
    this.#stopRest();
    this.#rest = setTimeout(() => this.#check(), REST);
    this.#publish();
  }

  #stopRest(): void {
    if (this.#rest) clearTimeout(this.#rest);
    this.#rest = null;
  }

  /** Ask again what is wrong with the text, where nothing is on its way. */
  checkAgain(): void {
    if (!this.#running && this.#waiting.length === 0) this.#check();
  }

  /** Ask the core what the text is and what is wrong with it. */
  #check(): void {
    this.#stopRest();
    this.#waiting.unshift({ burst: 'check', edits: [] });
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#running || this.#rest) {
      if (this.#rest && !this.#running) this.#check();
      return;
    }
    const batch = this.#waiting.shift();
    if (!batch) return;
    this.#running = batch;
    if (batch.edits.length > 0) this.#history.remember(this.#confirmed.text, batch.burst);
    const turn = this.#turn;
    try {
      const answer = await this.#ask({
        text: this.#confirmed.text,
        format: this.format,
        edits: batch.edits,
      });
      if (turn === this.#turn) this.#take(answer);
    } catch (thrown) {
      if (turn === this.#turn) this.#refused = thrown as CallError;
    } finally {
      this.#running = null;
      this.#publish();
    }
    void this.#work();
  }

  #take({ text, view, spelled, broken, validation }: Draft): void {
    this.#confirmed = broken
      ? { ...this.#confirmed, text, broken }
      : { text, view, spelled, broken: null, validation };
  }

  #current(): DraftState {
    const state = shownState({
      confirmed: this.#confirmed,
      batches: this.#running ? [this.#running, ...this.#waiting] : this.#waiting,
      isTyping: this.typing.typed !== null,
      isResting: this.#rest !== null,
      base: this.#base,
      history: this.#history,
      refused: this.#refused,
      before: this.#content,
    });
    this.#content = state.content;
    return state;
  }

  #publish(): void {
    clearTimeout(this.#mark);
    this.#state = this.#current();
    for (const listener of this.#listeners) listener();
  }
}
