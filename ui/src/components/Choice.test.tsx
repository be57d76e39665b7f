import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { Choice } from './Choice';

afterEach(cleanup);

it('shows options that come later, before those that were there', async () => {
  const choice = (values: string[]) => (
    <Choice
      label="Action"
      options={values.map((value) => ({ value, label: value }))}
      value="manual"
      onChange={() => undefined}
    />
  );
  const { rerender } = render(choice(['', 'manual']));
  rerender(choice(['', 'query', 'manual']));
  await userEvent.click(screen.getByRole('button'));
  expect(screen.getAllByRole('option').map((option) => option.textContent)).toEqual([
    '',
    'query',
    'manual',
  ]);
});

it('tells what does not fit in a tooltip', () => {
  const options = [{ value: 'long', label: 'A long name' }];
  render(<Choice label="Folder" options={options} value="long" onChange={() => undefined} />);
  const words = within(screen.getByRole('button')).getByText('A long name');
  const place = words.parentElement as HTMLElement;
  fireEvent.pointerEnter(words);
  expect(words.title).toBe('');
  Object.defineProperty(place, 'scrollWidth', { value: 200 });
  fireEvent.pointerEnter(words);
  expect(words.title).toBe('A long name');
});
