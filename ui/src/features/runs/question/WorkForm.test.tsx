import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { m } from '@/i18n';
import {
  type Input,
  type RunItem,
  type RunShow,
  type RunTask,
  type RunWork,
  setTransport,
} from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { Questions } from './Questions';

afterEach(cleanup);

const item = (id: string, ticked = false): RunItem => ({ id, text: id, optional: false, ticked });

/** A run that asks for work, in this round of it. */
function run(work: Partial<RunWork>, round = 1): RunShow {
  const question = {
    kind: 'work',
    instruction: null,
    checklist: [],
    deliverables: [],
    fields: [],
    open: [],
    next: [],
    send_back_to: [],
    ...work,
  };
  const attempts = Array.from({ length: round }, (_, index) => ({ number: index + 1 }));
  const task = { id: 'look', name: 'Look', attempts, question } as unknown as RunTask;
  return { id: 'r', status: 'waiting', tasks: [task] } as unknown as RunShow;
}

/** The page; `show` draws it with what the run says then. */
function page(first: RunShow) {
  const transport = testTransport({ run_answer: () => ({ run_id: 'r', status: 'waiting' }) });
  setTransport(transport);
  const client = new QueryClient();
  const drawn = (shown: RunShow) => (
    <QueryClientProvider client={client}>
      <Questions run={shown} />
    </QueryClientProvider>
  );
  const { rerender } = render(drawn(first));
  const answers = () => transport.calls.map(({ input }) => input as Input<'run_answer'>);
  return { show: (shown: RunShow) => rerender(drawn(shown)), answers };
}

const tick = (id: string) =>
  screen.getByTestId(`tick-${id}`).querySelector<HTMLInputElement>('input');

it('keeps what is chosen as soon as it is chosen', async () => {
  const good = { name: 'good', label: 'Good', holds: 'truth', options: [], value: null };
  const { answers } = page(run({ fields: [good] as unknown as RunWork['fields'] }));
  fireEvent.click(screen.getByTestId('answer-good-yes'));
  await waitFor(() => expect(answers().length).toBe(1));
  expect(answers()[0]).toEqual({ id: 'r', task: 'look', fields: { good: true } });
});

it('sends the whole form with the decision, after the ticks before it', async () => {
  const { answers } = page(run({ checklist: [item('a', true), item('b')] }));
  fireEvent.click(tick('b') as Element);
  fireEvent.click(screen.getByTestId('approve'));
  await waitFor(() => expect(answers().length).toBe(2));
  expect(answers()[0]).toMatchObject({ tick: ['b'] });
  expect(answers()[1]).toMatchObject({ decision: 'approve', tick: ['a', 'b'], untick: [] });
});

it('shows what somebody else ticks, and nothing ticked of work that is done anew', () => {
  const { show } = page(run({ checklist: [item('a'), item('b')] }));
  fireEvent.click(tick('a') as Element);
  show(run({ checklist: [item('a'), item('b', true)] }));
  expect([tick('a')?.checked, tick('b')?.checked]).toEqual([true, true]);
  show(run({ checklist: [item('a', true), item('b', true)] }));
  show(run({ checklist: [item('a'), item('b', true)] }));
  expect(tick('a')?.checked).toBe(false);
  fireEvent.click(tick('a') as Element);
  show(run({ checklist: [item('a'), item('b')] }, 2));
  expect([tick('a')?.checked, tick('b')?.checked]).toEqual([false, false]);
});

it('says of work that came back from which step it did, and only while that is why', () => {
  const at = (minute: number) => `2026-11-21T08:0${minute}:00Z`;
  const asked = run({}, 2);
  const [look] = asked.tasks;
  const fields = { to: 'look', reason: 'The sum is wrong.' };
  const back = { code: 'run_sent_back_because', fields };
  const check = { id: 'check', name: 'Check', attempts: [{ ended_at: at(3), error: back }] };
  const shown = (ended: number) =>
    ({
      ...asked,
      tasks: [{ ...look, attempts: [{ ended_at: at(ended) }, { ended_at: null }] }, check],
    }) as unknown as RunShow;
  const { show } = page(shown(2));
  const said = screen.getByTestId('came-back').textContent;
  expect(said).toContain('“Check”');
  expect(said).toContain('The sum is wrong.');
  expect(said).toMatch(/\d:03:00\. /);
  show(shown(4));
  expect(screen.queryByTestId('came-back')).toBeNull();
});

it('keeps the room of what is wrong, so that nothing moves when it is told', () => {
  const sum = { name: 'sum', label: 'Sum', holds: 'text', required: true, options: [] };
  page(run({ fields: [sum] as unknown as RunWork['fields'] }));
  const lines = () => document.querySelectorAll('[slot="description"]').length;
  expect(lines()).toBe(1);
  fireEvent.click(screen.getByTestId('approve'));
  expect(screen.getByText('This is needed.')).toBeTruthy();
  expect(lines()).toBe(1);
});

it('sends back with the reason that was given', async () => {
  const { answers } = page(run({ send_back_to: [{ id: 'load', name: 'Load' }] }));
  fireEvent.click(screen.getByTestId('send-back'));
  const reason = await screen.findByTestId('send-back-reason');
  fireEvent.change(reason, { target: { value: ' A line is missing. ' } });
  fireEvent.click(screen.getByTestId('send-back-confirm'));
  await waitFor(() => expect(answers().length).toBe(1));
  const wanted = { decision: 'send_back', to: 'load', reason: 'A line is missing.' };
  expect(answers()[0]).toMatchObject(wanted);
});

it('says what another tool would have done here, with its settings', () => {
  page(run({ stands_for: { kind: 'llm_node', settings: { model: 'large' } } }));
  expect(screen.getByTestId('stand-in').textContent).toContain('“llm_node”');
  expect(screen.getByText('large')).toBeTruthy();
});

it('goes no way that nobody has chosen', async () => {
  const { answers } = page(
    run({
      next: [
        { id: 'tool', name: 'Use the tool', label: null },
        { id: 'end', name: 'Answer', label: null },
      ] as unknown as RunWork['next'],
    }),
  );
  fireEvent.click(screen.getByTestId('approve'));
  expect(screen.getByText(m.question_next_missing())).toBeDefined();
  expect(answers()).toEqual([]);
  fireEvent.click(screen.getByTestId('next'));
  fireEvent.click(await screen.findByRole('option', { name: 'Answer' }));
  fireEvent.click(screen.getByTestId('approve'));
  await waitFor(() => expect(answers().length).toBe(1));
  expect(answers()[0]).toMatchObject({ decision: 'approve', to: 'end' });
});
