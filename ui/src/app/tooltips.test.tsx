import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { useQuietTooltips } from './tooltips';

function Row({ title }: { title: string }) {
  useQuietTooltips();
  return (
    <div title="the row">
      <b title={title}>name</b>
    </div>
  );
}

afterEach(cleanup);

it('shows no tooltip of what was pressed until the pointer comes again', () => {
  render(<Row title="the whole name" />);
  const name = screen.getByText('name');
  fireEvent.pointerDown(name);
  expect([name.title, name.parentElement?.title]).toEqual(['', '']);
  fireEvent.pointerLeave(name);
  expect([name.title, name.parentElement?.title]).toEqual(['the whole name', '']);
});

it('leaves what is told anew meanwhile', () => {
  const { rerender } = render(<Row title="before" />);
  const name = screen.getByText('name');
  fireEvent.pointerDown(name);
  rerender(<Row title="after" />);
  fireEvent.pointerLeave(name);
  expect(name.title).toBe('after');
});
