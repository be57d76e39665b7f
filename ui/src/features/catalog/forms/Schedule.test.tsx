import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type Draft, type DraftInput, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { DraftContext } from '../draft/DraftContext';
import { DocumentDraft } from '../draft/draft';
import { GeneralCard } from './GeneralCard';

afterEach(cleanup);

/** The card of a workflow over a core that does not answer yet, and every edit it asks for. */
function show(view: object) {
  setTransport(
    testTransport({
      folder_list: () => ({ total: 0, items: [] }),
      schedule_preview: () => ({ next: [], zone: null, problem: null }) as never,
    }),
  );
  const asked: DraftInput[] = [];
  const ask = (input: DraftInput) => {
    asked.push(input);
    return new Promise<Draft>(() => {});
  };
  const validation = { errors: [], warnings: [] };
  const base = { text: '', format: 'json' as const, view, spelled: {}, validation, revision: 1 };
  const draft = new DocumentDraft(base, ask);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <DraftContext value={{ kind: 'workflow', draft }}>
        <GeneralCard />
      </DraftContext>
    </QueryClientProvider>,
  );
  return () => {
    draft.typing.rest();
    return (draft.state.view as { schedule?: unknown }).schedule;
  };
}

async function choose(field: string, option: string) {
  await userEvent.click(screen.getByTestId(field));
  await userEvent.click(await screen.findByTestId(`option-${option}`));
}

it('begins with plain times once it is to start at set times', async () => {
  const schedule = show({ name: 'W', trigger: 'api', tasks: [] });
  expect(screen.queryByTestId('field-rhythm')).toBeNull();
  await choose('field-trigger', 'schedule');
  expect(schedule()).toEqual({ cron: '0 2 * * *' });
  expect(screen.getByTestId('field-rhythm').textContent).toContain('Every day');
  expect(screen.queryByTestId('field-cron')).toBeNull();
});

it.each(['', 'api'])('takes the offered times away again with the choice (%s)', async (other) => {
  const schedule = show({ name: 'W', tasks: [] });
  await choose('field-trigger', 'schedule');
  expect(schedule()).toEqual({ cron: '0 2 * * *' });
  await choose('field-trigger', other);
  expect(schedule()).toBeUndefined();
  expect(screen.queryByTestId('field-rhythm')).toBeNull();
});

it('leaves times alone that somebody has set', async () => {
  const schedule = show({ trigger: 'schedule', schedule: { cron: '0 2 * * *', zone: 'UTC' } });
  await choose('field-trigger', 'api');
  expect(schedule()).toEqual({ cron: '0 2 * * *', zone: 'UTC' });
});

it('asks for the rest of a rhythm', async () => {
  const schedule = show({ trigger: 'schedule', schedule: { cron: '0 2 * * 1' } });
  await choose('field-weekday', '5');
  expect(schedule()).toEqual({ cron: '0 2 * * 5' });
  await choose('field-rhythm', 'hours');
  await choose('field-hours', '4');
  expect(schedule()).toEqual({ cron: '0 */4 * * *' });
});

it('takes the time as it is typed', async () => {
  const schedule = show({ trigger: 'schedule', schedule: { cron: '0 2 * * 1-5', zone: 'UTC' } });
  const [hour] = screen.getByTestId('field-time-of-day').querySelectorAll('[role="spinbutton"]');
  fireEvent.keyDown(hour as Element, { key: 'ArrowUp' });
  expect(schedule()).toEqual({ cron: '0 3 * * 1-5', zone: 'UTC' });
});

it('leaves what is not plain, and what an expert wants, to the cron line', async () => {
  const schedule = show({ trigger: 'schedule', schedule: '*/5 8-17 * * *' });
  const line = screen.getByTestId<HTMLInputElement>('field-cron');
  expect(line.value).toBe('*/5 8-17 * * *');
  await choose('field-rhythm', 'month');
  expect(schedule()).toBe('0 2 1 * *');
  expect(screen.queryByTestId('field-cron')).toBeNull();
  await choose('field-rhythm', 'line');
  expect(screen.getByTestId<HTMLInputElement>('field-cron').value).toBe('0 2 1 * *');
  expect(schedule()).toBe('0 2 1 * *');
});

it('keeps the cron line in hand while what is typed happens to be plain', async () => {
  const schedule = show({ trigger: 'schedule', schedule: { cron: '0 2 * * 1,' } });
  const line = screen.getByTestId<HTMLInputElement>('field-cron');
  fireEvent.change(line, { target: { value: '0 2 * * 1' } });
  expect(schedule()).toEqual({ cron: '0 2 * * 1' });
  expect(screen.getByTestId<HTMLInputElement>('field-cron').value).toBe('0 2 * * 1');
});
