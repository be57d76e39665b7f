import { afterEach, expect, it } from 'vitest';
import { dismiss, toast, toasts } from './toast';

afterEach(() => {
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
