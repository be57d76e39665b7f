import type { ReactNode } from 'react';
import { Button, Dialog, type Note, Spring } from '@/components';
import { m } from '@/i18n';
import type { NoticeChannel, NoticeSetInput } from '@/ipc';
import styles from './Notices.module.css';
import { useChannelForm } from './useChannelForm';

interface Props {
  channel: NoticeChannel;
  title: string;
  /** What the form describes now. */
  input: NoticeSetInput;
  onClose: () => void;
  /** The fields, given what is wrong with each by its name. */
  children: (notes: (field: string) => Note[] | undefined) => ReactNode;
}

/** A channel that is described: tried, left, or kept. Whoever keeps it confirms where it leads. */
export function ChannelDialog({ channel, title, input, onClose, children }: Props) {
  const { test, isTrying, save, isSaving, notes, said } = useChannelForm(channel, input, onClose);
  return (
    <Dialog
      isOpen
      title={title}
      onClose={onClose}
      onEnter={save}
      foot={
        <>
          <Button isPending={isTrying} onPress={test} data-testid="notice-form-test">
            {isTrying ? m.notice_trying() : m.notice_try()}
          </Button>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button look="primary" isPending={isSaving} onPress={save} data-testid="notice-form-save">
            {m.notice_save()}
          </Button>
        </>
      }
      data-testid={`dialog-${channel.channel}`}
    >
      <div className={styles.form}>
        {children(notes)}
        {said && (
          <p
            className={`${styles.tested} ${styles[said.tone]}`}
            role="status"
            data-testid="notice-tested"
          >
            {said.text}
          </p>
        )}
      </div>
    </Dialog>
  );
}
