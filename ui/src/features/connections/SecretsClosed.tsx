import { useState } from 'react';
import { Button, Card, DangerDialog, ErrorNotice, Lead, toast } from '@/components';
import { begun, m, sayError } from '@/i18n';
import type { CallError } from '@/ipc';
import { useCommand } from '../command';
import { unlocks } from './sourceState';
import { UnlockButton } from './UnlockButton';

/** The secrets cannot be read: why, and what helps. Starting over is for a key that is gone for good. */
export function SecretsClosed({ error }: { error: CallError }) {
  const [asking, setAsking] = useState(false);
  const isLocked = unlocks(error);
  const canStartOver =
    error.code.startsWith('secrets_key_gone') || error.code === 'secrets_damaged';
  return (
    <Card data-testid="secrets-closed">
      <Lead
        icon={isLocked ? 'key' : 'warn'}
        tone={isLocked ? 'wait' : 'fail'}
        sentence={isLocked ? m.secrets_are_locked() : m.secrets_are_lost()}
        detail={begun(sayError(error))}
      >
        {isLocked && <UnlockButton look="primary" icon="key" />}
        {canStartOver && (
          <Button onPress={() => setAsking(true)} data-testid="start-over">
            {m.secrets_start_over()}
          </Button>
        )}
      </Lead>
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
    <DangerDialog
      title={m.secrets_start_over_title()}
      confirm={m.secrets_start_over_go()}
      onConfirm={go}
      onClose={onClose}
      isBusy={over.isPending}
      data-testid="dialog-start-over"
      confirmTestId="start-over-go"
    >
      <p>{m.secrets_start_over_lost()}</p>
      <p>{m.secrets_start_over_aside()}</p>
      {over.error && <ErrorNotice error={over.error} />}
    </DangerDialog>
  );
}
