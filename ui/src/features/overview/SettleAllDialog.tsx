import { Button, Dialog, Spring } from '@/components';
import { m, visible } from '@/i18n';
import type { FallenKeep } from '@/ipc';
import { tellFailure, useCommand } from '../command';

interface Props {
  /** The data source. */
  name: string;
  /** How many of its writes wait for a decision. */
  count: number;
  onClose: () => void;
}

/** One decision about everything that was written for a data source elsewhere and asks. */
export function SettleAllDialog({ name, count, onClose }: Props) {
  const settle = useCommand('source_settle_all', ['connection', 'run', 'operation'], name);
  const use = (keep: FallenKeep) =>
    settle.mutate({ name, use: keep }, { onSuccess: onClose, onError: tellFailure });
  const button = (keep: FallenKeep, words: string) => (
    <Button onPress={() => use(keep)} isPending={settle.isPending} data-testid={`all-${keep}`}>
      {words}
    </Button>
  );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={m.fallen_settle_all_title({ name: visible(name), count })}
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          {button('ours', m.fallen_use_ours())}
          {button('theirs', m.fallen_use_theirs())}
        </>
      }
      data-testid="dialog-settle-all"
    >
      <p>
        <b>{m.fallen_use_ours()}</b>
        <br />
        {m.fallen_settle_all_ours()}
      </p>
      <p>
        <b>{m.fallen_use_theirs()}</b>
        <br />
        {m.fallen_settle_all_theirs()}
      </p>
    </Dialog>
  );
}
