import { useSyncExternalStore } from 'react';
import { m, visible } from '@/i18n';
import { Button, IconButton } from './Button';
import { Icon, type IconName } from './Icon';
import styles from './Toasts.module.css';

export interface Toast {
  text: string;
  tone?: 'ok' | 'fail' | 'warn';
  /** One thing to do about it, most often Undo. */
  action?: { label: string; run: () => void; testid?: string };
}

/** How long a toast stays, in milliseconds; one that offers something stays longer. */
const STAY = 5_000;
const STAY_WITH_ACTION = 12_000;
const MARKS: Record<NonNullable<Toast['tone']>, IconName> = {
  ok: 'check',
  fail: 'cross',
  warn: 'warn',
};

let toasts: readonly (Toast & { id: number })[] = [];
let next = 0;
const listeners = new Set<() => void>();
const timers = new Map<number, ReturnType<typeof setTimeout>>();

function publish(list: typeof toasts): void {
  toasts = list;
  for (const listener of listeners) listener();
}

function dismiss(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  publish(toasts.filter((toast) => toast.id !== id));
}

function start(id: number, stay: number): void {
  clearTimeout(timers.get(id));
  timers.set(
    id,
    setTimeout(() => dismiss(id), stay),
  );
}

/**
 * Tell something that has happened. The three latest are in sight, but only one that offers
 * something: an older Undo under a newer one would be taken for it. Activity has them all. Gives
 * back how to take it away early.
 */
export function toast(message: Toast): () => void {
  next += 1;
  const id = next;
  const kept = message.action ? toasts.filter((older) => !older.action) : toasts;
  publish([...kept.slice(-2), { ...message, id }]);
  start(id, message.action ? STAY_WITH_ACTION : STAY);
  return () => dismiss(id);
}

/** Where toasts appear. Hovering or focusing one holds it. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <section className={styles.region} aria-label={m.toasts()} aria-live="polite">
      {shown.map((message) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: only holds the toast while it is read
        <div
          key={message.id}
          className={styles.toast}
          data-testid="toast"
          onMouseEnter={() => clearTimeout(timers.get(message.id))}
          onMouseLeave={() => start(message.id, STAY)}
          onFocus={() => clearTimeout(timers.get(message.id))}
          onBlur={() => start(message.id, STAY)}
        >
          <span style={{ color: `var(--${message.tone ?? 'ok'})`, display: 'grid' }}>
            <Icon name={MARKS[message.tone ?? 'ok']} />
          </span>
          <span className={styles.text}>{visible(message.text)}</span>
          {message.action && (
            <Button
              look="quiet"
              data-testid={message.action.testid}
              onPress={() => {
                dismiss(message.id);
                message.action?.run();
              }}
            >
              {message.action.label}
            </Button>
          )}
          <IconButton icon="cross" label={m.close()} onPress={() => dismiss(message.id)} />
        </div>
      ))}
    </section>
  );
}
