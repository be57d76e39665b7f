import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, expect, it } from 'vitest';
import { applied, set, type View, valueAt } from '../draft/edits';
import type { Scope } from './scope';
import { WordList } from './WordList';

afterEach(cleanup);

let now: View;

/** A list on a document whose edits take effect at once. */
function Host({ start }: { start: View }) {
  const [view, setView] = useState(start);
  now = view;
  const edit: Scope['edit'] = (edits) => setView((old: View) => edits.reduce(applied, old));
  const scope: Scope = {
    view,
    at: (path) => valueAt(view, path),
    spelling: () => undefined,
    edit,
    put: (path, value) => edit([set(path, value)]),
    type: (path, value) => edit([set(path, value)]),
    typed: () => null,
    watchTyping: () => () => undefined,
    notes: () => [],
  };
  return (
    <WordList scope={scope} path={['list']} label="Checklist" addLabel="Add" data-testid="list" />
  );
}

const line = (place: number) => screen.getByTestId<HTMLInputElement>(`list-${place}`);

it('takes what is typed after Add and after Enter, and keeps no empty line', async () => {
  const user = userEvent.setup();
  render(<Host start={{}} />);
  await user.click(screen.getByTestId('list-add'));
  await user.keyboard('Stripes counted{Enter}Drawer locked{Enter}{Enter}');
  await user.click(screen.getByTestId('list-add'));
  expect(now).toEqual({ list: ['Stripes counted', 'Drawer locked'] });
  expect(document.activeElement).toBe(line(2));
  await user.keyboard('{Backspace}');
  expect(screen.queryByTestId('list-2')).toBeNull();
  expect(document.activeElement).toBe(line(1));
});

it('puts a line in the middle, and lets an entry go with its last letter', async () => {
  const user = userEvent.setup();
  render(<Host start={{ list: ['a', 'b', { text: 'c', optional: true }] }} />);
  await user.click(line(0));
  await user.keyboard('{Enter}x');
  expect(now).toEqual({ list: ['a', 'x', 'b', { text: 'c', optional: true }] });
  await user.keyboard('{Backspace}');
  expect(now).toEqual({ list: ['a', 'b', { text: 'c', optional: true }] });
  expect(document.activeElement).toBe(line(1));
  await user.keyboard('y');
  expect(now).toEqual({ list: ['a', 'y', 'b', { text: 'c', optional: true }] });
});

it('makes several entries of several pasted lines', async () => {
  const user = userEvent.setup();
  render(<Host start={{ list: ['ab', 'z'] }} />);
  await user.click(line(0));
  line(0).setSelectionRange(1, 1);
  fireEvent.paste(line(0), {
    clipboardData: { getData: () => '1\r\n\r\n  2\n3\n' },
  });
  expect(now).toEqual({ list: ['a1', '2', '3b', 'z'] });
  expect(document.activeElement).toBe(line(2));
});
