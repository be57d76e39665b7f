import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RowList } from './RowList';
import { NOTHING } from './selection';

interface Named {
  id: string;
}

const opened = vi.fn<(row: Named) => void>();
const chosen = vi.fn();
const idle = () => {};

function List({ ids }: { ids: string[] }) {
  const rows = ids.map((id) => ({ id }));
  return (
    <RowList<Named>
      label="Rows"
      columns={[{ key: 'name', title: 'Name', width: '1fr', cell: (row) => row.id }]}
      total={rows.length}
      at={(index) => rows[index]}
      idOf={(row) => row.id}
      onRange={idle}
      onOpen={opened}
      selection={NOTHING}
      onSelect={chosen}
    />
  );
}

const row = (id: string) => screen.getByTestId(`row-${id}`);
const opens = () => opened.mock.calls.map(([row]) => row.id);

beforeAll(() => {
  // The list shows what fits; without a layout nothing would.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(800);
});
beforeEach(() => {
  opened.mockClear();
  chosen.mockClear();
});
afterEach(cleanup);

describe('a click while rows move', () => {
  it('opens the row that was under the pointer when it was pressed', () => {
    const { rerender } = render(<List ids={['beta', 'gamma']} />);
    fireEvent.pointerDown(row('beta'), { clientX: 50, clientY: 50 });
    rerender(<List ids={['alpha', 'beta', 'gamma']} />);
    // Pressed on one row, released over another: the browser clicks what holds both.
    const holder = row('beta').parentElement as Element;
    fireEvent.click(holder, { clientX: 51, clientY: 50 });
    expect(opens()).toEqual(['beta']);
  });

  it('follows a row instead of filling its element with another one', () => {
    const { rerender } = render(<List ids={['beta', 'gamma']} />);
    const element = row('beta');
    rerender(<List ids={['alpha', 'beta', 'gamma']} />);
    fireEvent.click(element);
    expect(opens()).toEqual(['beta']);
  });

  it('ticks the row whose box was found', () => {
    const { rerender } = render(<List ids={['beta', 'gamma']} />);
    const box = row('beta').querySelector('input') as HTMLInputElement;
    rerender(<List ids={['alpha', 'beta', 'gamma']} />);
    fireEvent.click(box);
    expect(chosen).toHaveBeenCalledWith(new Set(['beta']));
    expect(opens()).toEqual([]);
  });
});

it('a drag from one row to another opens neither', () => {
  render(<List ids={['alpha', 'beta']} />);
  fireEvent.pointerDown(row('alpha'), { clientX: 50, clientY: 50 });
  fireEvent.click(row('alpha').parentElement as Element, { clientX: 50, clientY: 90 });
  expect(opens()).toEqual([]);
});

it('Enter opens the current row, also when others came in before it', () => {
  const { rerender } = render(<List ids={['beta', 'gamma']} />);
  const grid = screen.getByRole('grid');
  fireEvent.keyDown(grid, { key: 'ArrowDown' });
  rerender(<List ids={['alpha', 'beta', 'gamma']} />);
  fireEvent.keyDown(grid, { key: 'Enter' });
  expect(opens()).toEqual(['gamma']);
});
