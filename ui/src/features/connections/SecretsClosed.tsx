import { useState } from 'react';
import { Button, Card, Dialog, ErrorNotice, Icon, Spring, toast } from '@/components';
import { begun, m, sayError } from '@/i18n';
import type { CallError } from '@/ipc';
import { useCommand } from '../command';
import styles from './ConnectionsPage.module.css';
import { unlocks } from './sourceState';
import { useUnlock } from './useUnlock';

/** The secrets cannot be read: why, and what helps. Starting over is for a key that is gone for good. */
export function SecretsClosed({ error }: { error: CallError }) {
  const unlock = useUnlock();
  const [asking, setAsking] = useState(false);
  const isLocked = unlocks(error);
  const canStartOver =
    error.code.startsWith('secrets_key_gone') || error.code === 'secrets_damaged';
  return (
    <Card data-testid="secrets-closed">
      <div className={styles.closed}>
        <span className={styles.seal} data-tone={isLocked ? 'wait' : 'fail'}>
          <Icon name={isLocked ? 'key' : 'warn'} size={20} />
        </span>
        <div className={styles.words}>
          <p>{isLocked ? m.secrets_are_locked() : m.secrets_are_lost()}</p>
          <small>{begun(sayError(error))}</small>
        </div>
        {isLocked && (
          <Button
            look="primary"
            icon="key"
            onPress={unlock.start}
            isDisabled={unlock.isBusy}
            data-testid="unlock"
          >
            {m.secrets_unlock()}
          </Button>
        )}
        {canStartOver && (
          <Button onPress={() => setAsking(true)} data-testid="start-over">
            {m.secrets_start_over()}
          </Button>
        )}
      </div>
      {asking && <StartOver onClose={() => setAsking(false)} />}
    </Card>
  );
}

/** Before beginning with no secrets: what is lost by it. */
function StartOver({ onClose }: { onClose: () => void }) {
  const over = useCommand('secret_start_over', ['secret', 'connection', 'operation', 'run']);
  const go = () =>
    over.mutate(
      {},
      {
        onSuccess: () => {
          toast({ text: m.secrets_started_over() });
          onClose();
        },
      },
    );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="narrow"
      title={m.secrets_start_over_title()}
      data-testid="dialog-start-over"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button
            look="danger"
            onPress={go}
            isDisabled={over.isPending}
            data-testid="start-over-go"
          >
            {m.secrets_start_over_go()}
          </Button>
        </>
      }
    >
      <p>{m.secrets_start_over_lost()}</p>
      <p>{m.secrets_start_over_aside()}</p>
      {over.error && <ErrorNotice error={over.error} />}
    </Dialog>
  );
}
