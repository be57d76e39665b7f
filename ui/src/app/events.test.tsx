import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { type Reach, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import type { Transport } from '@/ipc/transport';
import { gather, useEvents } from './events';
import { useFirstAnswers } from './firstPaint';
import { setReach, useReach } from './reach';

function Page() {
  useEvents();
  return <p>{useReach()}</p>;
}

/** A page that shows what the first screen asks for. */
function First() {
  return <p>{useFirstAnswers(useEvents()) ? 'drawn' : 'waiting'}</p>;
}

/** A page that is loaded; what the shell last told is answered on demand. */
function load() {
  let answer: (reach: Reach) => void = () => undefined;
  const asked = new Promise<Reach>((resolve) => {
    answer = resolve;
  });
  const transport = testTransport({}, { data_reach: () => asked });
  setTransport(transport);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Page />
    </QueryClientProvider>,
  );
  return { transport, answer, asked };
}

afterEach(() => {
  cleanup();
  setReach('here');
});

it('asks whether the data is there when it is loaded', async () => {
  const { answer } = load();
  answer('gone');
  await screen.findByText('gone');
});

it('keeps what it is told while it waits for the answer', async () => {
  const { transport, answer, asked } = load();
  transport.send('reach', 'newer');
  answer('here');
  await asked;
  await waitFor(() => screen.getByText('newer'));
  expect(screen.queryByText('here')).toBeNull();
});

it('asks for the first screen once, and only when no change is missed any more', async () => {
  const asked: string[] = [];
  const transport = testTransport({}, { data_reach: () => Promise.resolve('here') });
  let begin: () => void = () => undefined;
  const listen: Transport['listen'] = (event, listener, ready) => {
    if (event === 'changed' && ready) begin = ready;
    return transport.listen(event, listener);
  };
  const call: Transport['call'] = (name, input) => {
    asked.push(name);
    return transport.call(name, input);
  };
  setTransport({ ...transport, call, listen });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <First />
    </QueryClientProvider>,
  );
  await screen.findByText('waiting');
  expect(asked).toEqual([]);
  act(begin);
  await screen.findByText('drawn');
  expect(asked.toSorted()).toEqual(['engine_show', 'overview_show', 'run_overview']);
});

it('says that the data can only be looked at', async () => {
  const { answer } = load();
  answer('only_read');
  await screen.findByText('only_read');
});

it('tells the first change at once and those that follow closely together', () => {
  vi.useFakeTimers();
  const told: string[][] = [];
  const changes = gather((tags) => told.push(tags));
  changes.add(['run:1']);
  expect(told).toEqual([['run:1']]);
  changes.add(['run:1']);
  changes.add(['run:2', 'run:1']);
  expect(told.length).toBe(1);
  vi.advanceTimersByTime(250);
  expect(told).toEqual([['run:1'], ['run:1', 'run:2']]);
  vi.advanceTimersByTime(250);
  changes.add(['run']);
  expect(told.length).toBe(3);
  changes.end();
  vi.useRealTimers();
});
