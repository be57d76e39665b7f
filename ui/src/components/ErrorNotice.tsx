import type { ReactNode } from 'react';
import { m, sayError, sayHints } from '@/i18n';
import { CallError } from '@/ipc';
import { Button } from './Button';
import { Folded } from './Folded';
import { Icon } from './Icon';
import styles from './Notice.module.css';

interface Props {
  error: unknown;
  onRetry?: () => void;
  /** Further steps beside "Try again". */
  children?: ReactNode;
}

/** A failure: a sentence, the next step, the raw error folded below. */
export function ErrorNotice({ error, onRetry, children }: Props) {
  const failure = CallError.from(error);
  const hints = sayHints(failure);
  return (
    <div className={`${styles.notice} ${styles.fail}`} role="alert" data-testid="error">
      <Icon name="warn" />
      <div className={styles.words}>
        <p>{sayError(failure)}</p>
        {hints.map((hint) => (
          <p key={hint} className={styles.hint}>
            {hint}
          </p>
        ))}
        <Folded summary={m.error_details()}>
          <code data-selectable>
            {failure.code}
            {failure.message && `: ${failure.message}`}
          </code>
        </Folded>
      </div>
      {children}
      {onRetry && <Button onPress={onRetry}>{m.try_again()}</Button>}
    </div>
  );
}
