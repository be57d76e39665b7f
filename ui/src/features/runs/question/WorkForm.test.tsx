import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { type RunShow, type RunTask, type RunWork, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { WorkForm } from './WorkForm';

afterEach(cleanup);

it('keeps what is chosen as soon as it is chosen', async () => {
  const transport = testTransport({});
  setTransport(transport);
  const work = {
    checklist: [],
    deliverables: [],
    fields: [{ name: 'good', label: 'Good', holds: 'truth', options: [], value: null }],
    next: [],
    send_back_to: [],
  } as unknown as RunWork;
  render(
    <QueryClientProvider client={new QueryClient()}>
      <WorkForm
        run={{ id: 'r' } as RunShow}
        task={{ id: 'look', name: 'Look', attempts: [] } as unknown as RunTask}
        work={work}
      />
    </QueryClientProvider>,
  );
  fireEvent.click(screen.getByTestId('answer-good-yes'));
  await waitFor(() => expect(transport.calls.length).toBe(1));
  expect(transport.calls[0]).toEqual({
    name: 'run_answer',
    input: { id: 'r', task: 'look', fields: { good: true } },
  });
});
