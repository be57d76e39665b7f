import { useSyncExternalStore } from 'react';
import { m, visible } from '@/i18n';
import { Button } from './Button';
import { Icon, type IconName } from './Icon';
import { IconButton } from './IconButton';
import styles from './Toasts.module.css';
import { dismiss, hold, release, type Toast, toasts, watchToasts } from './toast';

const MARKS: Record<NonNullable<Toast['tone']>, IconName> = {
  ok: 'check',
  fail: 'cross',
  warn: 'warn',
};

/** Where toasts appear. Hovering or focusing one holds it. */
export function Toasts() {
  const shown = useSyncExternalStore(watchToasts, toasts);
  return (
    <section
      className={styles.region}
      aria-label={m.toasts()}
      aria-live="polite"
      // What a toast offers can be taken over a dialog, too.
      data-react-aria-top-layer
    >
      {shown.map((message) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: only holds the toast while it is read
        <div
          key={message.id}
          className={styles.toast}
          data-testid="toast"
          onMouseEnter={() => hold(message.id)}
          onMouseLeave={() => release(message.id)}
          onFocus={() => hold(message.id)}
          onBlur={() => release(message.id)}
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
