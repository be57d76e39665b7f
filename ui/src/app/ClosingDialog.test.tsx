import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { type Settings, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { ClosingDialog } from './ClosingDialog';
import { setGoingOn } from './closing';

afterEach(() => {
  cleanup();
  setGoingOn(null);
});

function show() {
  const close_window = vi.fn(async () => undefined);
  const transport = testTransport({ settings_update: () => ({}) as Settings }, { close_window });
  setTransport(transport);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ClosingDialog />
    </QueryClientProvider>,
  );
  return { transport, close_window };
}

it.each([
  ['closing-stay', 'background', true],
  ['closing-quit', 'quit', false],
])('%s is remembered and done', async (button, on_close, stay) => {
  const { transport, close_window } = show();
  expect(screen.queryByTestId('dialog-closing')).toBeNull();
  act(() => setGoingOn({ runs: 2, schedules: 0, listeners: 1 }));
  const said = screen.getByTestId('dialog-closing').textContent;
  expect(said).toContain('2 runs are under way');
  expect(said).not.toContain('set times');
  await userEvent.click(screen.getByTestId(button));
  expect(transport.calls).toEqual([{ name: 'settings_update', input: { on_close } }]);
  expect(close_window).toHaveBeenCalledExactlyOnceWith({ stay });
});

it('asks no longer once the window is to stay', async () => {
  const { transport, close_window } = show();
  act(() => setGoingOn({ runs: 1, schedules: 0, listeners: 0 }));
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByTestId('dialog-closing')).toBeNull();
  expect(transport.calls).toEqual([]);
  expect(close_window).not.toHaveBeenCalled();
});
