import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, it } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type RunDay, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { Calendar } from './Calendar';

afterEach(cleanup);

const NONE: RunDay = { made: 0, succeeded: 0, failed: 0, cancelled: 0 };
const BUSY: RunDay = { made: 42, succeeded: 41, failed: 1, cancelled: 0 };
const MIXED: RunDay = { made: 10, succeeded: 5, failed: 1, cancelled: 2 };

function Page({ onDay }: { onDay: (day: string) => void }) {
  const [year, setYear] = useState<number | undefined>(2025);
  return <Calendar year={year} onYear={setYear} workflow="w" onDay={onDay} />;
}

/** The calendar of 2025, in which the 21st of November was a busy day. */
function show(isKnown: (year: number) => boolean = () => true, busy = BUSY) {
  const opened: string[] = [];
  const transport = testTransport({
    run_days: ({ midnights }) => {
      const days = midnights.slice(0, -1).map((midnight) => new Date(midnight));
      const year = days[100]?.getFullYear() ?? 0;
      if (!isKnown(year)) return new Promise(() => undefined);
      return { days: days.map((day) => (isBusy(day) ? busy : NONE)) };
    },
    run_list: () => ({ items: [{ start_time: '2024-05-01T08:00:00Z' }], next: null }) as never,
  });
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Page onDay={(day) => void opened.push(day)} />
    </QueryClientProvider>,
  );
  return { opened, transport };
}

function isBusy(day: Date): boolean {
  return day.getFullYear() === 2025 && day.getMonth() === 10 && day.getDate() === 21;
}

const nameOf = (word: string) => day(word).firstElementChild?.textContent;
const day = (word: string) => screen.getByTestId(`day-${word}`);

it('says of each day how many runs it had and how they went, and opens it', async () => {
  const { opened, transport } = show();
  await waitFor(() =>
    expect(nameOf('2025-11-21')).toMatch(/^Friday.*21.*2025: 42 runs, 1 failed$/),
  );
  expect(nameOf('2025-11-20')).toMatch(/no runs$/);
  expect(screen.getByTestId('calendar-sum').textContent).toBe('42 runs, 1 failed');
  const asked = transport.calls.find(({ name }) => name === 'run_days')?.input;
  expect(asked).toMatchObject({ workflow: 'w' });
  fireEvent.click(day('2025-11-21'));
  expect(opened).toEqual(['2025-11-21']);
});

it('colours as succeeded no more than succeeded, and says what has not ended', async () => {
  show(undefined, MIXED);
  await waitFor(() =>
    expect(nameOf('2025-11-21')).toMatch(/: 10 runs, 1 failed, 2 cancelled, 2 not ended$/),
  );
  const bar = day('2025-11-21').lastElementChild?.firstElementChild as HTMLElement;
  expect(bar.style.getPropertyValue('--failed')).toBe('10%');
  expect(bar.style.getPropertyValue('--good')).toBe('50%');
});

it('goes from day to day and from week to week with the keys, as one stop of the Tab key', async () => {
  show();
  const stops = () => [...document.querySelectorAll('[data-day][tabindex="0"]')];
  expect(stops().length).toBe(1);
  day('2025-11-21').focus();
  for (const [key, to] of [
    ['ArrowRight', '2025-11-22'],
    ['ArrowDown', '2025-11-29'],
    ['ArrowUp', '2025-11-22'],
    ['ArrowLeft', '2025-11-21'],
    ['PageUp', '2025-10-24'],
  ] as const) {
    fireEvent.keyDown(document.activeElement as Element, { key });
    await waitFor(() => expect(document.activeElement).toBe(day(to)));
  }
  expect(stops()).toEqual([day('2025-10-24')]);
});

it('goes back no further than the first run', async () => {
  show();
  await waitFor(() =>
    expect(screen.getByTestId('calendar-earlier').getAttribute('disabled')).toBeNull(),
  );
  fireEvent.click(screen.getByTestId('calendar-earlier'));
  expect(screen.getByTestId('calendar-year').textContent).toBe('2024');
  expect(screen.getByTestId('calendar-earlier').hasAttribute('disabled')).toBe(true);
});

it('shows no figures of one year on the days of another', async () => {
  show((year) => year === 2025);
  await waitFor(() => expect(nameOf('2025-11-21')).toMatch(/42 runs/));
  fireEvent.click(screen.getByTestId('calendar-earlier'));
  expect(nameOf('2024-11-21')).not.toMatch(/runs/);
  expect(screen.queryByTestId('calendar-sum')).toBeNull();
});
