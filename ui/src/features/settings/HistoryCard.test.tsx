import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { type Input, type Settings, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { HistoryCard } from './HistoryCard';

afterEach(cleanup);

const settings = {
  keep_days: null,
  keep_runs: null,
  log_storage: 'database',
} as unknown as Settings;

/** What ended before its end is cancelled for good: no limit that the engine would go on by is kept. */
it.each([
  [false, [{ keep_days: 30, keep_runs: 0 }]],
  [true, []],
])(
  'keeps the limits once what they take is removed, and not where that was cancelled: %s',
  async (cancelled, kept) => {
    const found = { runs: 3, executions: 0, rows: 9, bytes: 900, cancelled: false, workflows: [] };
    const log_clean_up = vi.fn(({ dry_run }: Input<'log_clean_up'>) => {
      return (dry_run ? found : { ...found, runs: 1, cancelled }) as never;
    });
    setTransport(testTransport({ log_clean_up }));
    const onChange = vi.fn();
    render(
      <QueryClientProvider client={new QueryClient()}>
        <HistoryCard settings={settings} onChange={onChange} />
      </QueryClientProvider>,
    );
    const field = screen.getByTestId('keep-days');
    const input = field instanceof HTMLInputElement ? field : field.querySelector('input');
    fireEvent.change(input as HTMLInputElement, { target: { value: '30' } });
    fireEvent.keyDown(input as HTMLInputElement, { key: 'Enter' });
    fireEvent.click(await screen.findByTestId('clean-up-apply'));
    await waitFor(() => expect(screen.queryByTestId('dialog-clean-up')).toBeNull());
    expect(log_clean_up).toHaveBeenCalledTimes(2);
    expect(onChange.mock.calls.flat()).toEqual(kept);
  },
);
