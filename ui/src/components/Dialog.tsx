import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import styles from './Dialog.module.css';

interface Props {
  title: string;
  subtitle?: ReactNode;
  children: ReactNode;
  /** What can be done; absent while there is nothing to decide. */
  foot?: ReactNode;
  isOpen: boolean;
  onClose: () => void;
  size?: 'narrow' | 'normal' | 'wide';
  /** While work is under way Escape does not close; the dialog has its own Cancel. */
  closing?: 'free' | 'held';
  /** The content touches the edges, as tables do. */
  padding?: 'normal' | 'none';
  'data-testid'?: string;
}

/** A sheet over the window: a title, something to decide, what to do about it. */
export function Dialog({
  title,
  subtitle,
  children,
  foot,
  isOpen,
  onClose,
  size = 'normal',
  closing = 'free',
  padding = 'normal',
  ...rest
}: Props) {
  return (
    <ModalOverlay
      className={styles.veil}
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isKeyboardDismissDisabled={closing === 'held'}
    >
      <Modal className={`${styles.modal} ${styles[size]}`}>
        <AriaDialog className={styles.dialog} data-testid={rest['data-testid']}>
          <header className={styles.header}>
            <Heading slot="title" className={styles.title}>
              {title}
            </Heading>
            {subtitle && <p className={styles.subtitle}>{subtitle}</p>}
          </header>
          <div className={`${styles.body} ${padding === 'none' ? styles.flush : ''}`}>
            {children}
          </div>
          {foot && <footer className={styles.foot}>{foot}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Pushes what follows to the end of a dialog's foot. */
export function Spring() {
  return <span className={styles.spring} />;
}
