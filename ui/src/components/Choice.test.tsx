import { cleanup, render, screen } from '@testing-library/react';
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
