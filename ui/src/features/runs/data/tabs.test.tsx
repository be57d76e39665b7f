import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type RunDefinition, type RunRow, setTransport } from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { session } from '../../sessions/fixtures';
import type { ShownRun } from '../queries';
import { DefinitionTab } from './DefinitionTab';
import { RelatedTab } from './RelatedTab';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ params, to, ...rest }: { params: { id: string }; to: string }) => (
    <a href={`#${to.replace(/\{?-?\$\w+\}?/, params.id)}`} {...rest} />
  ),
}));
vi.mock('@/components/CodeView', () => ({
  CodeView: ({ value }: { value: string }) => <pre data-testid="code">{value}</pre>,
}));

afterEach(cleanup);

const run = { id: 'r', workflow_id: 'orders', context: {}, tasks: [] } as unknown as ShownRun;

function show(answers: Answers, tab: ReactNode) {
  setTransport(testTransport(answers));
  render(<QueryClientProvider client={createQueryClient()}>{tab}</QueryClientProvider>);
}

const definition: RunDefinition = {
  text: '{"tasks": []}',
  format: 'json',
  kind: 'task',
  total: 2,
  steps: [
    { id: 'a', name: 'Load', action: 'program.run', after: [], lines: [] },
    { id: 'b', name: 'Check', action: 'manual', after: ['Load'], lines: [] },
  ],
  today: { revision: 3, deleted: false, differences: [] },
};

it('tells the steps of a definition, its text, and that it is the same today', async () => {
  show({ run_definition: () => definition }, <DefinitionTab run={run} />);
  const tab = within(await screen.findByTestId('run-definition'));
  expect(tab.getByText('The workflow is still the same today.')).toBeTruthy();
  expect(tab.getByText(/after Load/)).toBeTruthy();
  expect(tab.getByTestId('definition-open').getAttribute('href')).toContain('orders');
  fireEvent.click(tab.getByTestId('definition-text'));
  expect(tab.getByTestId('code').textContent).toBe('{"tasks": []}');
});

it('tells what is different today, and leads to no workflow that is gone', async () => {
  const name = { path: '/name', subject: null, field: 'name', change: 'changed' as const };
  const differences = [{ ...name, before: 'Old', after: 'New\u202E' }];
  const today = { revision: 3, deleted: true, differences };
  show({ run_definition: () => ({ ...definition, today }) }, <DefinitionTab run={run} />);
  const tab = within(await screen.findByTestId('definition-today'));
  expect(tab.getByText('The workflow was deleted since.')).toBeTruthy();
  expect(tab.getByText(/New\\u\{202e\}/)).toBeTruthy();
  expect(tab.queryByTestId('definition-open')).toBeNull();
});

it('says of a definition that cannot be read any more that its text is there', async () => {
  const unreadable = { ...definition, steps: [], total: 0, today: undefined };
  show({ run_definition: () => unreadable }, <DefinitionTab run={run} />);
  expect(await screen.findByText(/cannot read the definition any more/)).toBeTruthy();
  expect(screen.getByTestId('code').textContent).toBe('{"tasks": []}');
  expect(screen.queryByTestId('definition-form')).toBeNull();
});

const row = (id: string): RunRow => ({
  id,
  workflow_id: 'orders',
  workflow_name: `Orders ${id}`,
  status: 'succeeded',
  start_time: '2026-11-20T08:00:00Z',
  end_time: null,
  started_by: 'ada',
});

it('leads to the runs a run belongs with, both ways', async () => {
  const related = {
    above: { task: 'Start them', run: row('above') },
    below: [{ task: 'Load', run: row('below') }],
    repeats: row('before'),
    repeated_by: [row('after')],
  };
  const held = { ...run, session: 's1', due: '2026-11-20T07:00:00Z' } as ShownRun;
  show(
    { run_related: () => related, session_show: () => ({ ...session, name: 'Nightly\u202E' }) },
    <RelatedTab run={held} began="started by its schedule" />,
  );
  for (const id of ['above', 'below', 'before', 'after'])
    expect((await screen.findByTestId(`related-${id}`)).getAttribute('href')).toBe(`#/runs/${id}`);
  expect(screen.getByText(/by its task “Start them”/)).toBeTruthy();
  const its = await screen.findByTestId('related-session');
  expect(its.getAttribute('href')).toBe('#/sessions/s1');
  expect(its.textContent).toMatch(/^Nightly\\u\{202e\} · /);
  expect(screen.getByTestId('run-related').textContent).toContain('Started by its schedule');
});

it('says so where no other run belongs to it', async () => {
  const related = { below: [], repeated_by: [] };
  show({ run_related: () => related }, <RelatedTab run={run} began="started by ada" />);
  expect(await screen.findByText('No other run belongs to this one.')).toBeTruthy();
});

it('names a session by its id only where it cannot be told', async () => {
  const related = { below: [], repeated_by: [] };
  const held = { ...run, session: 's1' } as ShownRun;
  show({ run_related: () => related }, <RelatedTab run={held} began="started by ada" />);
  expect((await screen.findByTestId('related-session')).textContent).toBe('s1');
});
