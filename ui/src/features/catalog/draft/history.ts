/** The texts of a draft that can be gone back to, and forward again. */

/** Texts kept for undo. */
const DEPTH = 200;

export class TextHistory {
  #past: string[] = [];
  #future: string[] = [];
  #burst: string | null = null;

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** Put a text away before it is changed, once in a burst such as the typing in one field. */
  remember(text: string, burst: string): void {
    if (this.#burst === burst) return;
    this.#burst = burst;
    this.#past.push(text);
    if (this.#past.length > DEPTH) this.#past.shift();
    this.#future = [];
  }

  /** The text before this one; `undefined` where there is none. */
  undo(text: string): string | undefined {
    return this.#step(this.#past, this.#future, text);
  }

  /** The text that was undone last; `undefined` where there is none. */
  redo(text: string): string | undefined {
    return this.#step(this.#future, this.#past, text);
  }

  forget(): void {
    this.#past = [];
    this.#future = [];
    this.#burst = null;
  }

  #step(from: string[], to: string[], text: string): string | undefined {
    const found = from.pop();
    if (found === undefined) return undefined;
    to.push(text);
    this.#burst = null;
    return found;
  }
}
