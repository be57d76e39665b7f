import type { ReactNode } from 'react';
import { m } from '@/i18n';
import { Button } from './Button';
import { Dialog, Spring } from './Dialog';

interface Props {
  title: string;
  /** What is lost by it. */
  children: ReactNode;
  /** What the button says that does it. */
  confirm: string;
  onConfirm: () => void;
  onClose: () => void;
  /** It is being done. */
  isBusy: boolean;
  'data-testid': string;
  confirmTestId: string;
}

/** Asks before something that cannot be taken back. */
export function DangerDialog(props: Props) {
  const { title, children, confirm, onConfirm, onClose, isBusy, confirmTestId } = props;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="narrow"
      title={title}
      data-testid={props['data-testid']}
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button look="danger" onPress={onConfirm} isDisabled={isBusy} data-testid={confirmTestId}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
