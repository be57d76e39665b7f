import type { KeyboardEvent, ReactNode } from 'react';
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
  /** What Enter in a line of text does, and Ctrl Enter wherever one is. */
  onEnter?: () => void;
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
  onEnter,
  ...rest
}: Props) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (!onEnter || event.key !== 'Enter' || event.defaultPrevented) return;
    const { target, currentTarget } = event;
    // A list that opens over the dialog is no part of it, and a button does what it says.
    if (!(target instanceof Element) || !currentTarget.contains(target)) return;
    const isLine = target instanceof HTMLInputElement && ['text', 'password'].includes(target.type);
    if (target.closest('button') || !(isLine || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    onEnter();
  };
  return (
    <ModalOverlay
      className={styles.veil}
      data-dialog
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
          {/* biome-ignore lint/a11y/noStaticElementInteractions: its fields are what is typed into */}
          <div
            onKeyDown={onKeyDown}
            className={`${styles.body} ${padding === 'none' ? styles.flush : ''}`}
          >
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
