import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { Toasts } from '@/components';
import { type AgentInput, type AgentList, type Input, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { AgentsTab } from './AgentsTab';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: (props: { params: { id: string }; search: { task: string }; children: ReactNode }) => (
    <a href={`/runs/${props.params.id}?task=${props.search.task}`}>{props.children}</a>
  ),
}));

const ALL = ['mysql', 'sqlite', 'file'];

const LOCAL = {
  id: 'local',
  capabilities: ALL,
  capacity: 2,
  status: 'busy' as const,
  running: 2,
  doing: [
    {
      run_id: 'r',
      workflow_name: 'Month end',
      task: 'fetch',
      task_name: 'Fetch it',
      since: new Date(Date.now() - 65_000).toISOString(),
      data_source: 'shop',
    },
  ],
};

async function open(first: Partial<AgentList> = {}) {
  let list: AgentList = {
    total: 1,
    items: [LOCAL],
    capabilities: ALL,
    unserved: [],
    ...first,
  };
  const transport = testTransport({
    agent_list: () => list,
    agent_set: ({ agents, limit }: Input<'agent_set'>) => {
      const rowOf = (agent: AgentInput) => ({
        ...agent,
        status: 'ready' as const,
        running: 0,
        doing: [],
      });
      list = {
        ...list,
        items: agents?.map(rowOf) ?? list.items,
        limit: limit === undefined ? list.limit : limit || undefined,
      };
      return list;
    },
  });
  setTransport(transport);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <AgentsTab />
      <Toasts />
    </QueryClientProvider>,
  );
  await screen.findByTestId('agents');
  return () =>
    transport.calls.flatMap(({ name, input }) =>
      name === 'agent_set' ? [input as Input<'agent_set'>] : [],
    );
}

const press = (id: string) => userEvent.click(screen.getByTestId(id));
const type = (id: string, value: string) =>
  fireEvent.change(screen.getByTestId(id), { target: { value } });

afterEach(cleanup);

it('tells what an agent can do, how busy it is and with what', async () => {
  await open();
  const line = screen.getByTestId('agent-local');
  expect(line.textContent).toContain('Can do everything');
  expect(line.textContent).toContain('Full');
  expect(line.textContent).toContain('2 of 2 at once');
  expect(line.textContent).toContain('for 1m 5s · on shop');
  expect(line.textContent).toContain('1 more');
  const link = screen.getByRole('link', { name: 'Month end · Fetch it' });
  expect(link.getAttribute('href')).toBe('/runs/r?task=fetch');
  expect(screen.queryByTestId('nobody-can')).toBeNull();
});

it('tells what waits because nobody can do it', async () => {
  await open({
    items: [{ ...LOCAL, capabilities: ['file'] }],
    unserved: [
      { run_id: 'q', workflow_name: 'Stock', task: 'ask', task_name: 'Ask', needed: ['mysql'] },
    ],
  });
  expect(screen.getByTestId('unserved').textContent).toContain(
    'Stock · Ask needs MySQL and MariaDB',
  );
  expect(screen.getByTestId('nobody-can').textContent).toContain('MySQL and MariaDB, SQLite files');
});

it('adds an agent beside the others once it has a name of its own', async () => {
  const sets = await open();
  await press('agent-add');
  await press('agent-save');
  expect(screen.getByText('An agent needs an id')).toBeTruthy();
  type('agent-name', 'local');
  expect(screen.getByText('There is one of this name')).toBeTruthy();
  type('agent-name', ' files ');
  type('agent-capacity', '3');
  await press('able-mysql');
  await press('able-sqlite');
  await press('agent-save');
  await waitFor(() => expect(screen.queryByTestId('dialog-agent')).toBeNull());
  const local = { id: 'local', capabilities: ALL, capacity: 2 };
  expect(sets()).toEqual([
    { agents: [local, { id: 'files', capabilities: ['file'], capacity: 3 }] },
  ]);
  await press('undo');
  await waitFor(() => expect(sets()[1]).toEqual({ agents: [local] }));
});

it('changes and removes one, and limits all of them', async () => {
  const sets = await open();
  await press('more-local');
  await press('menu-edit');
  type('agent-capacity', 'many');
  await press('agent-save');
  expect(sets()).toEqual([]);
  type('agent-capacity', '0');
  await press('agent-save');
  await waitFor(() => expect(sets()[0]?.agents?.[0]?.capacity).toBe(0));
  await screen.findByText('Takes nothing new');
  expect(screen.getByTestId('nobody-can')).toBeTruthy();

  type('agents-limit', '5');
  fireEvent.keyDown(screen.getByTestId('agents-limit'), { key: 'Enter' });
  await waitFor(() => expect(sets()[1]).toEqual({ limit: 5 }));
  await press('more-local');
  await press('menu-remove');
  await screen.findByText('There is no agent');
  expect(sets()[2]).toEqual({ agents: [] });
});
