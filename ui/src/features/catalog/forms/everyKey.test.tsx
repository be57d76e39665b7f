import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { type Draft, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { DraftContext } from '../draft/DraftContext';
import { DocumentDraft } from '../draft/draft';
import { WorkflowForm } from './WorkflowForm';

afterEach(cleanup);

const VALID = { errors: [], warnings: [] };

const param = (name: string, holds: string) => ({ name, holds, required: false });
const actions = {
  items: [
    {
      name: 'manual',
      sources: [],
      params: [param('instruction', 'long_text'), param('fields', 'list_or_object')],
    },
    { name: 'branch', sources: [], params: [param('when', 'cases')] },
  ],
};

/** What stands anywhere on the page: texts, and what its fields hold. */
function standing(): string {
  const fields = [...document.querySelectorAll('input, textarea')];
  const values = fields.map((field) => (field as HTMLInputElement).value);
  return `${document.body.textContent} ${values.join(' ')}`;
}

/** The values in a part of a document, each unlike every other. */
function leaves(view: unknown): string[] {
  if (typeof view === 'object' && view !== null) return Object.values(view).flatMap(leaves);
  return [String(view)];
}

function shown(view: object, at: string): string {
  const ask = () => new Promise<Draft>(() => {});
  const base = {
    text: '',
    format: 'json' as const,
    view,
    spelled: {},
    validation: VALID,
    revision: 1,
  };
  setTransport(
    testTransport({
      action_list: () => actions as never,
      source_list: () => ({ items: [] }) as never,
    }),
  );
  const client = new QueryClient();
  client.setQueryData(['actions'], actions.items);
  render(
    <QueryClientProvider client={client}>
      <DraftContext value={{ kind: 'workflow', draft: new DocumentDraft(base, ask) }}>
        <WorkflowForm at={at} onAt={() => {}} />
      </DraftContext>
    </QueryClientProvider>,
  );
  return standing();
}

const whole = {
  name: 'v-name',
  title: 'v-title',
  type: 'v-type',
  description: 'v-description',
  priority: 9001,
  maxConcurrent: 9002,
  max_concurrent: 9003,
  trigger: 'v-trigger',
  schedule: { cron: 'v-cron', zone: 'v-zone', missed: 'v-missed', unknown: 'v-of-schedule' },
  event: { name: 'v-event', unknown: 'v-of-event' },
  watch: { folder: 'v-folder', pattern: 'v-pattern', unknown: 'v-of-watch' },
  taskFolder: 'v-task-folder',
  runOn: 'v-run-on',
  unknown: 'v-unknown',
};

const manual = {
  name: 't-name',
  title: 't-title',
  description: 't-description',
  action: 'manual',
  params: {
    instruction: 't-instruction',
    fields: [
      {
        name: 'f-name',
        label: 'f-label',
        type: 'f-type',
        default: 'f-default',
        options: 'f-options',
        unknown: 'f-unknown',
      },
    ],
    unknown: 't-of-params',
  },
  dependsOn: ['t-depends'],
  depends_on: 't-depends-too',
  runAfter: 't-run-after',
  condition: 't-condition',
  priority: 9101,
  timeout: 9102,
  retry: { limit: 9103, delay: 9104, backoff: 9105, on: ['t-on'], unknown: 't-of-retry' },
  onFailure: 't-on-failure',
  compensate: 't-compensate',
  capabilities: ['t-capability'],
  dataSource: 't-source',
  dataKind: 't-kind',
  latency: 't-latency',
  volume: 't-volume',
  checklist: ['t-checklist'],
  deliverables: ['t-deliverable'],
  note: 't-note',
  unknown: 't-unknown',
};

const branch = {
  action: 'branch',
  params: { when: [{ condition: 'w-condition', task: 'w-task', unknown: 'w-unknown' }] },
};

it.each([
  ['the whole', whole, whole, ''],
  ['a task', { tasks: [manual] }, { ...manual, action: '' }, 'tasks/0'],
  ['a branch', { tasks: [branch] }, branch.params, 'tasks/0'],
  [
    'a stage',
    {
      stages: [{ name: 's-name', title: 's-title', description: 's-about', unknown: 's-unknown' }],
    },
    { name: 's-name', title: 's-title', description: 's-about', unknown: 's-unknown' },
    'stages/0',
  ],
  [
    'a node, which stands in a map by its name',
    { nodes: { ask: { type: 'n-type', prompt: 'n-prompt' } }, edges: [] },
    { type: 'n-type', prompt: 'n-prompt' },
    'nodes/ask',
  ],
  [
    'parts of another shape',
    { schedule: [1234], event: ['x-event'], watch: 'x-watch' },
    ['1234', 'x-event', 'x-watch'],
    '',
  ],
])('shows every key of %s', (_, view, part, at) => {
  const page = shown(view, at);
  expect(leaves(part).filter((leaf) => !page.includes(leaf))).toEqual([]);
});

it('shows a note once', () => {
  const page = shown({ tasks: [{ name: 'T', note: 'only-once' }] }, 'tasks/0');
  expect(page.split('only-once').length).toBe(2);
});
