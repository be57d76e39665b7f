/**
 * Input methods: the Enter that ends a composition belongs to the input method and to nobody else.
 * One guard on the window keeps such keys from every form, list and dialog. Engines differ in what
 * they tell: Chromium says `isComposing`, WebKit ends the composition first and then sends the key
 * with code 229, some input methods send a plain Enter with the same keystroke.
 */

/** Longest time between the end of a composition and the key that ended it, in milliseconds. */
const SAME_KEYSTROKE = 60;
const KEYS = new Set(['Enter', 'Escape', 'Tab', 'ArrowUp', 'ArrowDown']);

export interface KeyFacts {
  key: string;
  isComposing: boolean;
  keyCode: number;
  timeStamp: number;
}

/** Whether a key belongs to a composition that is running or has ended with this very keystroke. */
export function belongsToComposition(event: KeyFacts, endedAt: number | null): boolean {
  if (event.isComposing || event.keyCode === 229) return true;
  return endedAt !== null && event.timeStamp - endedAt < SAME_KEYSTROKE && KEYS.has(event.key);
}

/** Put the guard in place; gives back how to take it away. */
export function guardCompositions(target: Window): () => void {
  let endedAt: number | null = null;
  const onEnd = (event: CompositionEvent) => {
    endedAt = event.timeStamp;
  };
  const onRelease = () => {
    endedAt = null;
  };
  const onKey = (event: KeyboardEvent) => {
    if (!belongsToComposition(event, endedAt)) return;
    // The text editor follows compositions by itself and needs to see its keys.
    if (event.target instanceof Element && event.target.closest('.cm-editor')) return;
    event.stopImmediatePropagation();
    // Without this the browser would submit the form around a text field by itself.
    if (event.key === 'Enter' && !(event.target instanceof HTMLTextAreaElement))
      event.preventDefault();
  };
  target.addEventListener('compositionend', onEnd, true);
  target.addEventListener('keyup', onRelease, true);
  target.addEventListener('pointerdown', onRelease, true);
  target.addEventListener('keydown', onKey, true);
  return () => {
    target.removeEventListener('compositionend', onEnd, true);
    target.removeEventListener('keyup', onRelease, true);
    target.removeEventListener('pointerdown', onRelease, true);
    target.removeEventListener('keydown', onKey, true);
  };
}
