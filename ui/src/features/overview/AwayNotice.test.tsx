import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { useLooking } from '@/app/useLooking';
import { type Away, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import AwayNotice from './AwayNotice';

vi.mock('@tanstack/react-router', () => ({
  Link: ({ children, search }: { children: ReactNode; search: object }) => (
    <a href={JSON.stringify(search)}>{children}</a>
  ),
}));

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const SINCE = '2026-05-01T10:00:00.000Z';

function Page() {
  useLooking();
  return <AwayNotice />;
}

function show(told: () => Away) {
  const transport = testTransport({ away_show: told, away_seen: () => ({}) });
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Page />
    </QueryClientProvider>,
  );
  return () => transport.calls.map(({ name }) => name);
}

it('says what ended before it keeps that somebody is there, until that is understood', async () => {
  const asked = show(() => ({ since: SINCE, ended: 5, failed: 2 }));
  const notice = await screen.findByTestId('away-notice');
  expect(notice.textContent).toContain('5 runs ended.');
  expect(JSON.parse(notice.querySelector('a')?.getAttribute('href') ?? '')).toEqual({
    ...{ status: 'failed', touched: SINCE },
  });
  await waitFor(() => expect(asked()).toEqual(['away_show', 'away_seen']));
  fireEvent.click(screen.getByTestId('away-seen'));
  await waitFor(() => expect(screen.queryByTestId('away-notice')).toBeNull());
});

it('asks anew of whoever does nothing for an hour, and keeps now and then that somebody is there', async () => {
  const clock = vi.spyOn(Date, 'now').mockReturnValue(1_000_000_000);
  const answers: Away[] = [{ since: null, ended: 0, failed: 0 }];
  const asked = show(() => answers.at(-1) as Away);
  await waitFor(() => expect(asked()).toEqual(['away_show', 'away_seen']));
  expect(screen.queryByTestId('away-notice')).toBeNull();
  clock.mockReturnValue(1_000_000_000 + 60_000);
  fireEvent.keyDown(document.body, { key: 'a' });
  clock.mockReturnValue(1_000_000_000 + 6 * 60_000);
  fireEvent.keyDown(document.body, { key: 'a' });
  await waitFor(() => expect(asked()).toEqual(['away_show', 'away_seen', 'away_seen']));
  answers.push({ since: SINCE, ended: 1, failed: 0 });
  clock.mockReturnValue(1_000_000_000 + 90 * 60_000);
  fireEvent.pointerDown(document.body);
  await screen.findByTestId('away-notice');
  await waitFor(() => expect(asked().slice(3)).toEqual(['away_show', 'away_seen']));
});
