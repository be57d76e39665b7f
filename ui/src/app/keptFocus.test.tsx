import { cleanup, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { useKeptFocus } from './keptFocus';

function Window({ row }: { row: 'shown' | 'gone' }) {
  useKeptFocus();
  return (
    <>
      <button type="button">Sidebar</button>
      <main id="main" tabIndex={-1}>
        {row === 'shown' && <button type="button">Row</button>}
      </main>
    </>
  );
}

/** More frames than the page waits for another taker. */
async function frames() {
  for (let frame = 0; frame < 6; frame += 1) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

afterEach(cleanup);

it('gives the focus to the page when what had it goes', async () => {
  const { rerender } = render(<Window row="shown" />);
  screen.getByText('Row').focus();
  rerender(<Window row="gone" />);
  await waitFor(() => expect(document.activeElement?.id).toBe('main'));
});

it('leaves the focus where something else has taken it', async () => {
  const { rerender } = render(<Window row="shown" />);
  screen.getByText('Row').focus();
  rerender(<Window row="gone" />);
  screen.getByText('Sidebar').focus();
  await frames();
  expect(document.activeElement?.textContent).toBe('Sidebar');
});

it('gives the focus back to what had it before one dialog led to another', async () => {
  const window = (dialog: string | null) => (
    <>
      <Window row="shown" />
      {dialog && (
        <div data-dialog>
          <button type="button" key={dialog}>
            {dialog}
          </button>
        </div>
      )}
    </>
  );
  const { rerender } = render(window(null));
  screen.getByText('Row').focus();
  for (const dialog of ['New', 'From a template']) {
    rerender(window(dialog));
    screen.getByText(dialog).focus();
  }
  rerender(window(null));
  await waitFor(() => expect(document.activeElement?.textContent).toBe('Row'));
});
