import { useQuery } from '@tanstack/react-query';
import { Button, Notice } from '@/components';
import { begun, counted, m, say, visible } from '@/i18n';
import { tellFailure, useCommand } from '../command';
import styles from './Notices.module.css';
import { unsentQuery } from './queries';

/** Notices that could not be sent: nobody has heard of what they tell. */
export default function Unsent() {
  const { data } = useQuery(unsentQuery());
  const retry = useCommand('notice_retry', ['notice']);
  const dismiss = useCommand('notice_dismiss', ['notice', 'operation']);
  if (!data || data.unsent === 0) return null;
  const [first] = data.items;
  return (
    <Notice
      tone="warn"
      icon="warn"
      end={
        <span className={styles.acts}>
          <Button
            onPress={() => retry.mutate({}, { onError: tellFailure })}
            data-testid="notices-retry"
          >
            {m.notices_retry()}
          </Button>
          <Button
            onPress={() => dismiss.mutate({}, { onError: tellFailure })}
            data-testid="notices-dismiss"
          >
            {m.notices_dismiss()}
          </Button>
        </span>
      }
      data-testid="notices-unsent"
    >
      {counted('notices_unsent', data.unsent)}
      {first?.error && (
        <>
          <br />
          <small>
            {visible(say(first.text))} · {begun(visible(say(first.error)))}
          </small>
        </>
      )}
    </Notice>
  );
}
