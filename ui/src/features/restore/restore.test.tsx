import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { CallError, type Input, type PlanSummary, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { RestorePage } from './RestorePage';
import { WithoutCopyDialog } from './WithoutCopyDialog';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => () => {},
  useSearch: () => ({ plan: 'p' }),
  Link: 'a',
}));

afterEach(cleanup);

const summary = {
  plan_id: 'p',
  source: '/b',
  verified: true,
  groups: [{ group: 'same', count: 3, chosen: 0 }],
  chosen: 0,
  parts: [{ kind: 'run', count: 88, chosen: true }],
  notes: [],
} as unknown as PlanSummary;

it('brings back runs alone where all documents are the same, and leaves out what is not ticked', async () => {
  const transport = testTransport({
    plan_show: () => summary,
    plan_decide: ({ decision }: Input<'plan_decide'>) =>
      ({
        ...summary,
        parts: [{ kind: 'run', count: 88, chosen: decision === 'take' }],
      }) as never,
  });
  setTransport(transport);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RestorePage />
    </QueryClientProvider>,
  );
  const part = await screen.findByTestId('part-run');
  expect(part.textContent).toContain('88 runs');
  const apply = () => screen.getByTestId('apply-restore') as HTMLButtonElement;
  expect(apply().disabled).toBe(false);

  fireEvent.click(part.querySelector('input') as HTMLInputElement);
  await waitFor(() => expect(apply().disabled).toBe(true));
  const decided = transport.calls.filter(({ name }) => name === 'plan_decide');
  expect(decided.map(({ input }) => input)).toEqual([
    { plan_id: 'p', items: [], parts: ['run'], decision: 'skip' },
  ]);
});

it('restores without a way back only after the word was typed', () => {
  const onConfirm = vi.fn();
  const error = new CallError({ code: 'safety_copy_failed' });
  render(<WithoutCopyDialog error={error} onClose={() => {}} onConfirm={onConfirm} />);
  const confirm = screen.getByTestId('restore-without-copy') as HTMLButtonElement;
  const field = screen.getByRole('textbox');
  const word = /“(.+)”/.exec(document.body.textContent ?? '')?.[1] ?? '';
  for (const typed of ['', 'yes', word.slice(1)]) {
    fireEvent.change(field, { target: { value: typed } });
    expect(confirm.disabled).toBe(true);
    fireEvent.click(confirm);
  }
  expect(onConfirm).not.toHaveBeenCalled();
  fireEvent.change(field, { target: { value: ` ${word.toUpperCase()} ` } });
  fireEvent.click(confirm);
  expect(onConfirm).toHaveBeenCalledOnce();
});
