import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { TextArea, TextField } from './TextField';

afterEach(cleanup);

it('takes Enter in a line of text, and Ctrl Enter anywhere but on a button', () => {
  let entered = 0;
  render(
    <Dialog
      title="T"
      isOpen
      onClose={() => {}}
      onEnter={() => {
        entered += 1;
      }}
    >
      <TextField label="Line" value="" onChange={() => {}} data-testid="line" />
      <TextArea label="Lines" value="" onChange={() => {}} data-testid="lines" />
      <Button data-testid="button">B</Button>
    </Dialog>,
  );
  const press = (testid: string, ctrlKey = false) =>
    fireEvent.keyDown(screen.getByTestId(testid), { key: 'Enter', ctrlKey });
  press('line');
  expect(entered).toBe(1);
  press('lines');
  press('button', true);
  expect(entered).toBe(1);
  press('lines', true);
  expect(entered).toBe(2);
});
