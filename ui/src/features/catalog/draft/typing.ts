/**
 * What is being typed into one field. A letter changes this and that field alone; the document hears
 * of it when typing rests, another field is typed into, or somebody needs the text. It lies with the
 * draft and not with the field, so that a field that goes away or loses the focus takes nothing along.
 */
import { type Path, pointer, type View } from './edits';

/** A value that is typed and not part of the text yet. */
export interface Typed {
  readonly place: string;
  readonly path: Path;
  readonly value: View;
  /** The value as JSON, where it has numbers that are to stay as they are spelled. */
  readonly text?: string | undefined;
}

/** How long typing in a field rests before it becomes part of the text, in milliseconds. */
export const PAUSE = 300;

export class Typing {
  readonly #take: (typed: Typed) => void;
  #typed: Typed | null = null;
  #pause: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  /** `take` makes what was typed part of the text. */
  constructor(take: (typed: Typed) => void) {
    this.#take = take;
  }

  get typed(): Typed | null {
    return this.#typed;
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** What is typed at a place right now. */
  at(place: string): Typed | null {
    return this.#typed?.place === place ? this.#typed : null;
  }

  type(path: Path, value: View, text?: string): void {
    const place = pointer(path);
    if (this.#typed?.place !== place) this.rest();
    this.#typed = { place, path, value, text };
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.rest(), PAUSE);
    this.#tell();
  }

  /** Make what was typed part of the text now. */
  rest(): void {
    const typed = this.#typed;
    if (!typed) return;
    this.#end();
    this.#take(typed);
    this.#tell();
  }

  /** Leave aside what was typed. */
  drop(): void {
    if (!this.#typed) return;
    this.#end();
    this.#tell();
  }

  #end(): void {
    clearTimeout(this.#pause);
    this.#typed = null;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
