import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { CallError, type Input, type RunPreview, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { StartForm } from './StartForm';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => () => {},
}));

afterEach(cleanup);

function preview(more: Partial<RunPreview>): RunPreview {
  return {
    workflow_id: 'w',
    workflow_name: 'W',
    revision: 1,
    problems: [],
    warnings: [],
    trust: { needed: false, acts: [] },
    context_names: [],
    steps: 'task',
    tasks: [{ id: 'a', name: 'A', action: 'wait' }],
    ...more,
  };
}

type Start = (input: Input<'run_start'>) => { run_id: string; status: 'queued' };

/** The sheet, and every start it asks for. */
function sheet(first: RunPreview, start: Start = () => ({ run_id: 'r', status: 'queued' })) {
  const transport = testTransport({ run_preview: () => first, run_start: start });
  setTransport(transport);
  render(
    <QueryClientProvider
      client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}
    >
      <StartForm workflow="w" task={undefined} last={{}} first={first} />
    </QueryClientProvider>,
  );
  return () =>
    transport.calls.flatMap(({ name, input }) =>
      name === 'run_start' ? [input as Input<'run_start'>] : [],
    );
}

it('asks for what is needed, and starts with Enter once it is filled in', async () => {
  const name = (name: string, needed: boolean) => ({ name, needed, given: false, used: [] });
  const starts = sheet(preview({ context_names: [name('note', false), name('month', true)] }));
  const field = await screen.findByTestId('context-month');
  fireEvent.keyDown(field, { key: 'Enter' });
  expect(screen.getByText('This is needed.')).toBeTruthy();
  expect(starts()).toEqual([]);
  fireEvent.change(field, { target: { value: 'October' } });
  fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(starts().length).toBe(1));
  expect(starts()[0]).toMatchObject({ context: '{"month":"October"}', trust: false });
});

it('gives trust by its button alone, and to what stands on the sheet', async () => {
  const act = (text: string) => ({
    task: 'a',
    name: 'A',
    action: 'sql.execute',
    lines: [{ param: 'sql', text }],
  });
  const trust = { needed: true, hash: 'first', acts: [act('does first')] };
  // It was replaced while somebody looked at it.
  const starts = sheet(preview({ trust }), ({ shown }) => {
    if (shown === 'second') return { run_id: 'r', status: 'queued' };
    const fields = { acts: JSON.stringify([act('does second')]), hash: 'second' };
    throw new CallError({ code: 'trust_required', fields });
  });
  const acts = await screen.findByTestId('acts');
  fireEvent.keyDown(acts, { key: 'Enter', ctrlKey: true });
  expect(starts()).toEqual([]);
  fireEvent.click(screen.getByTestId('run-start'));
  await waitFor(() => expect(screen.getByTestId('acts').textContent).toContain('does second'));
  fireEvent.click(screen.getByTestId('run-start'));
  await waitFor(() => expect(starts().length).toBe(2));
  expect(starts().map(({ trust, shown }) => [trust, shown])).toEqual([
    [true, 'first'],
    [true, 'second'],
  ]);
});
