import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { type ScheduleHeld, type ScheduleRow, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { comingQuery, scheduleQuery } from '../catalog/schedules';
import { ComingCard, ScheduleNotices } from './ComingCard';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ children }: { children: unknown }) => children,
}));

afterEach(cleanup);

const row: ScheduleRow = {
  workflow_id: 'w',
  name: 'Nightly',
  next: '2026-10-02T02:00:00Z',
  paused: false,
  trigger: 'schedule',
  last_started: null,
  last_run: null,
  missed: 0,
};
const notGiven = { code: 'input_not_given', fields: { input: 'day' } };

function shown(list: { items?: ScheduleRow[]; missing?: ScheduleRow[]; held?: ScheduleHeld[] }) {
  const whole = { total: 0, items: [], held: [], missing: [], ...list };
  setTransport(testTransport({ schedule_list: () => whole }));
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ScheduleNotices />
      <ComingCard />
    </QueryClientProvider>,
  );
}

it('says beside the next time why it will not start, and only there', async () => {
  shown({
    items: [
      { ...row, hindered: notGiven },
      { ...row, workflow_id: 'v' },
    ],
  });
  const why = await screen.findAllByTestId('coming-hindered');
  expect(why.map((one) => one.textContent)).toEqual([
    'It will not start: nobody gives the input “day” when it starts by itself; write the value where it is used.',
  ]);
});

it('says each fault once, and all of them at once', async () => {
  const noFolder = { code: 'folder_unknown', fields: { folder: '/srv/a' } };
  const late = { ...row, why: notGiven, hindered: notGiven, also: [noFolder] };
  const other = { ...row, workflow_id: 'v', hindered: noFolder, also: [notGiven] };
  shown({ items: [late, other], missing: [late] });
  const notice = await screen.findByTestId('schedule-missed');
  expect(notice.textContent?.match(/nobody gives/gi)).toHaveLength(1);
  expect(notice.textContent).toContain('“/srv/a” is no task folder');
  const coming = await screen.findAllByTestId('coming-hindered');
  expect(coming).toHaveLength(1);
  expect(coming[0]?.textContent).toMatch(/\/srv\/a.* Nobody gives/);
});

it('is asked anew when a folder leaves the list or comes back', () => {
  expect(comingQuery().meta?.tags).toContain('folder');
  expect(scheduleQuery('w').meta?.tags).toContain('folder');
});

it('ends each sentence of a notice', async () => {
  shown({ missing: [{ ...row, why: notGiven }] });
  const notice = await screen.findByTestId('schedule-missed');
  expect(notice.textContent).toContain('“Nightly” cannot start by itself. Nobody gives');
  expect(notice.textContent).toContain('write the value where it is used.');
});

it('ends what it says of held workflows before their names', async () => {
  const why = { code: 'schedule_brought_in' };
  shown({ held: [{ cause: 'brought_in', why, count: 1, names: ['Describe'] }] });
  const notice = await screen.findByTestId('schedules-held');
  expect(notice.textContent).toMatch(/\w\. It came with/);
  const sentences = notice.querySelector('p');
  expect(sentences?.textContent).toMatch(/switch it on here\.$/);
  expect(sentences?.nextElementSibling?.textContent).toBe('Describe');
});
