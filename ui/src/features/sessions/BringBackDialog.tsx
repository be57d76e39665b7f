import { Button, Dialog, Notice, Spring } from '@/components';
import { counted, m } from '@/i18n';
import type { SessionSnapshot } from '@/ipc';

interface Props {
  snapshot: SessionSnapshot;
  onChoose: () => void;
  onClose: () => void;
}

/** That keys come into a folder with the files of a snapshot, before somebody chooses one. */
export function BringBackDialog({ snapshot, onChoose, onClose }: Props) {
  const { sequence, files, encrypted } = snapshot;
  const masked = files.filter((file) => file.masked).length;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={m.snapshot_bring_back_number({ number: sequence })}
      data-testid="dialog-bring-back"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button look="primary" autoFocus onPress={onChoose} data-testid="bring-back-choose">
            {m.snapshot_bring_back_choose()}
          </Button>
        </>
      }
    >
      <Notice tone="warn" icon="key">
        {encrypted
          ? m.snapshot_bring_back_encrypted()
          : counted('snapshot_bring_back_keys', masked)}
      </Notice>
    </Dialog>
  );
}
