import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { Toasts } from './Toasts';
import { dismiss, toast, toasts } from './toast';

afterEach(() => {
  cleanup();
  for (const { id } of toasts()) dismiss(id);
});

it('does what a toast offers while a dialog is open, which stays open', async () => {
  const put = vi.fn();
  const onClose = vi.fn();
  render(
    <>
      <main data-testid="page" />
      <Dialog title="Put files back" isOpen onClose={onClose} foot={<Button>Close</Button>}>
        2 files are back.
      </Dialog>
      <Toasts />
    </>,
  );
  toast({ text: '2 files are back.', action: { label: 'Put back', run: put, testid: 'undo' } });
  const offer = await screen.findByTestId('undo');
  expect(screen.getByTestId('page').closest('[inert], [aria-hidden=true]')).not.toBeNull();
  expect(offer.closest('[inert], [aria-hidden=true]')).toBeNull();
  await userEvent.click(offer);
  expect(put).toHaveBeenCalledOnce();
  expect(onClose).not.toHaveBeenCalled();
});
