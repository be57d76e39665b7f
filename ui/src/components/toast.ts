/** What is told and soon gone. `Toasts` shows it. */
export interface Toast {
  text: string;
  tone?: 'ok' | 'fail' | 'warn';
  /** One thing to do about it, most often Undo. */
  action?: { label: string; run: () => void; testid?: string };
}

/** How long a toast stays, in milliseconds; one that offers something stays longer. */
const STAY = 5_000;
const STAY_WITH_ACTION = 12_000;

let shown: readonly (Toast & { id: number })[] = [];
let next = 0;
const listeners = new Set<() => void>();
const timers = new Map<number, ReturnType<typeof setTimeout>>();

function publish(list: typeof shown): void {
  shown = list;
  for (const listener of listeners) listener();
}

/** Take a toast away. */
export function dismiss(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  publish(shown.filter((toast) => toast.id !== id));
}

function start(id: number, stay: number): void {
  clearTimeout(timers.get(id));
  timers.set(
    id,
    setTimeout(() => (isAwaited(id) ? start(id, STAY) : dismiss(id)), stay),
  );
}

/** What offers something under a dialog, where the keyboard does not come, is there when that is closed. */
function isAwaited(id: number): boolean {
  const offers = shown.some((one) => one.id === id && one.action);
  return offers && document.querySelector('[data-dialog]') !== null;
}

/**
 * Tell something that has happened. The three latest are in sight, but only one that offers
 * something: an older Undo under a newer one would be taken for it. Activity has them all. Gives
 * back how to take it away early.
 */
export function toast(message: Toast): () => void {
  next += 1;
  const id = next;
  for (const same of shown.filter((older) => isSame(older, message))) dismiss(same.id);
  const kept = message.action ? shown.filter((older) => !older.action) : shown;
  publish([...kept.slice(-2), { ...message, id }]);
  start(id, message.action ? STAY_WITH_ACTION : STAY);
  return () => dismiss(id);
}

/** What is told twice is told once, for as long as if it were new. */
function isSame(older: Toast, { text, tone }: Toast): boolean {
  return older.text === text && older.tone === tone;
}

/** While one reads it, a toast stays. */
export function hold(id: number): void {
  clearTimeout(timers.get(id));
}

/** One has read it. */
export function release(id: number): void {
  start(id, STAY);
}

export function watchToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function toasts(): typeof shown {
  return shown;
}
