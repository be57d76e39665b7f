import { type FormEvent, type ReactNode, useId } from 'react';
import { m } from '@/i18n';
import { Button } from './Button';
import { Dialog, Spring } from './Dialog';
import styles from './Dialog.module.css';

interface Props {
  title: string;
  subtitle?: ReactNode;
  /** What is asked. */
  children: ReactNode;
  /** What the button says that sends it. */
  verb: string;
  isReady: boolean;
  onSubmit: () => void;
  onClose: () => void;
  size?: 'narrow' | 'normal';
  /** What else can be done, before Cancel. */
  beside?: ReactNode;
  /** Why it was not taken. */
  failure?: ReactNode;
  'data-testid': string;
  verbTestid: string;
}

/** A sheet that asks for something: Enter in a field sends it, and so does its last button. */
export function FormDialog({
  children,
  verb,
  isReady,
  onSubmit,
  onClose,
  beside = <Spring />,
  failure,
  verbTestid,
  ...dialog
}: Props) {
  const form = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) onSubmit();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      {...dialog}
      foot={
        <>
          {beside}
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button
            look="primary"
            type="submit"
            form={form}
            isDisabled={!isReady}
            data-testid={verbTestid}
          >
            {verb}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className={styles.form} noValidate>
        {children}
      </form>
      {failure}
    </Dialog>
  );
}
