import { afterEach, expect, it, vi } from 'vitest';
import { dismiss, toast, toasts } from './toast';

afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
  for (const { id } of toasts()) dismiss(id);
});

it('tells once what happens twice', () => {
  toast({ tone: 'fail', text: 'There is no file.' });
  toast({ text: 'Saved.' });
  toast({ tone: 'fail', text: 'There is no file.' });
  expect(toasts().map(({ text }) => text)).toEqual(['Saved.', 'There is no file.']);
});

it('tells the same words again where they mean something else', () => {
  toast({ tone: 'warn', text: 'Orders' });
  toast({ tone: 'fail', text: 'Orders' });
  expect(toasts()).toHaveLength(2);
});

it('keeps what offers something until the dialog over it is closed', () => {
  vi.useFakeTimers();
  const dialog = document.body.appendChild(document.createElement('div'));
  dialog.dataset.dialog = '';
  toast({ text: 'Saved.' });
  toast({ text: 'Deleted.', action: { label: 'Undo', run: () => {} } });
  vi.advanceTimersByTime(60_000);
  expect(toasts().map(({ text }) => text)).toEqual(['Deleted.']);
  dialog.remove();
  vi.advanceTimersByTime(5_000);
  expect(toasts()).toEqual([]);
});
