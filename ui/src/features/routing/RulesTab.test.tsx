import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { Toasts } from '@/components';
import { CallError, type Input, type RouteList, setTransport, type When } from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { RulesTab } from './RulesTab';
import { discardRules } from './rulesDraft';

type Rule = { when: When; source: string };

const DEFAULTS: Rule[] = [
  { when: { dataKind: 'cache' }, source: 'redis' },
  { when: { dataKind: 'log' }, source: 'gone' },
  { when: {}, source: 'local' },
];

function listOf(rules: readonly Rule[], defaults = false): RouteList {
  const items = rules.map((rule, at) => ({ ...rule, order: at + 1 }));
  return { total: items.length, items, defaults };
}

/** The page on rules that are kept as they are set. */
async function open(rules: Rule[], answers: Answers = {}) {
  let kept = listOf(rules);
  const transport = testTransport({
    route_list: () => kept,
    route_set: ({ routes }: Input<'route_set'>) => {
      kept = listOf((routes ?? DEFAULTS) as Rule[], !routes);
      return kept;
    },
    source_list: () => ({ total: 1, items: [{ name: 'local', type: 'sqlite' }] }) as never,
    action_list: () =>
      ({
        total: 2,
        items: ['record.get', 'record.find'].map((name) => ({ name, sources: ['sqlite'] })),
      }) as never,
    ...answers,
  });
  setTransport(transport);
  render(
    <QueryClientProvider
      client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}
    >
      <RulesTab />
      <Toasts />
    </QueryClientProvider>,
  );
  await screen.findByTestId('rules');
  const sets = () =>
    transport.calls.flatMap(({ name, input }) =>
      name === 'route_set' ? [input as Input<'route_set'>] : [],
    );
  return { transport, sets };
}

const lines = () =>
  within(screen.getByTestId('rules'))
    .getAllByRole('listitem')
    .map((row) => row.textContent);
const press = (id: string) => userEvent.click(screen.getByTestId(id));

afterEach(() => {
  cleanup();
  discardRules();
});

it('tells each rule in a sentence, and where nothing can be chosen by it', async () => {
  await open(DEFAULTS);
  expect(lines()).toEqual([
    '1Kind of data: cache → Redisnot connected',
    '2Kind of data: log → goneno such data source',
    '3Always → local',
  ]);
});

it('moves a rule by keys, says so, and saves all of them at once in their order', async () => {
  const { sets } = await open(DEFAULTS);
  const last = screen.getByRole('button', { name: /Always/ });
  fireEvent.keyDown(last, { key: 'ArrowUp', altKey: true });
  expect(screen.getByText('Always → local is now 2 of 3')).toBeTruthy();
  expect(lines()[1]).toBe('2Always → local');
  expect(sets()).toEqual([]);
  await press('rules-save');
  await waitFor(() => expect(screen.queryByTestId('rules-unsaved')).toBeNull());
  expect(sets()).toEqual([{ routes: [DEFAULTS[0], DEFAULTS[2], DEFAULTS[1]] }]);
  expect(lines()[1]).toBe('2Always → local');
  // Undo puts back what was kept before.
  await press('undo');
  await waitFor(() => expect(sets()[1]).toEqual({ routes: DEFAULTS }));
});

it('is no change where everything is moved back, and forgets what is discarded', async () => {
  await open(DEFAULTS);
  const move = (key: string) =>
    fireEvent.keyDown(screen.getByRole('button', { name: /Always/ }), { key, altKey: true });
  move('ArrowUp');
  expect(screen.getByTestId('rules-unsaved')).toBeTruthy();
  move('ArrowDown');
  expect(screen.queryByTestId('rules-unsaved')).toBeNull();
  move('ArrowUp');
  await press('rules-discard');
  expect(lines()[2]).toBe('3Always → local');
});

it('adds a rule before the others', async () => {
  const { sets } = await open(DEFAULTS);
  await press('rule-add');
  expect(screen.getByTestId<HTMLButtonElement>('rule-done').disabled).toBe(true);
  await press('rule-action');
  await press('option-record.*');
  await press('rule-source');
  await press('option-sqlite');
  await press('rule-done');
  expect(lines()[0]).toMatch(/^1Action: anything with records → SQLite/);
  await press('rules-save');
  await waitFor(() => expect(sets()).toHaveLength(1));
  expect(sets()[0]?.routes?.[0]).toEqual({ when: { action: 'record.*' }, source: 'sqlite' });
});

it('changes and removes rules', async () => {
  const { sets } = await open(DEFAULTS);
  await userEvent.click(screen.getByRole('button', { name: /log/ }));
  await press('rule-source');
  await press('option-local');
  await press('rule-done');
  await userEvent.click(screen.getByRole('button', { name: /cache/ }));
  await press('rule-remove');
  await press('rules-save');
  await waitFor(() => expect(sets()).toHaveLength(1));
  expect(sets()[0]?.routes).toEqual([{ when: { dataKind: 'log' }, source: 'local' }, DEFAULTS[2]]);
});

it('goes back to the defaults, and from there to what was before', async () => {
  const own = [{ when: {}, source: 'local' }];
  const { sets } = await open(own);
  await press('rules-defaults');
  await waitFor(() => expect(lines()).toHaveLength(3));
  expect(screen.queryByTestId('rules-defaults')).toBeNull();
  await press('undo');
  await waitFor(() => expect(lines()).toHaveLength(1));
  expect(sets()).toEqual([{}, { routes: own }]);
});

it('offers the defaults where the rules that are kept cannot be read', async () => {
  let broken = true;
  const transport = testTransport({
    route_list: () => {
      if (broken) throw new CallError({ code: 'kept_routes_unreadable', fields: { detail: 'x' } });
      return listOf(DEFAULTS, true);
    },
    route_set: () => {
      broken = false;
      return listOf(DEFAULTS, true);
    },
    source_list: () => ({ total: 0, items: [] }),
  });
  setTransport(transport);
  render(
    <QueryClientProvider
      client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}
    >
      <RulesTab />
    </QueryClientProvider>,
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Back to the defaults' }));
  await screen.findByTestId('rules');
});

it('tries the rules as they stand on the page, saved or not', async () => {
  const asked: Input<'route_explain'>[] = [];
  await open(DEFAULTS, {
    flow_list: () => ({ total: 1, items: [{ id: 'w', name: 'Month end' }] }) as never,
    flow_show: () => ({ row: { name: 'Month end' } }) as never,
    run_preview: () =>
      ({ tasks: [{ id: 'keep', name: 'Keep it', action: 'record.add' }] }) as never,
    route_explain: (input) => {
      asked.push(input);
      return { source: 'local', rule: 'default', order: 1, rules: [], passed_over: [] };
    },
  });
  await press('pick-workflow');
  await userEvent.click(await screen.findByTestId('pick-w'));
  await screen.findByTestId('explanation');
  expect(asked).toEqual([{ workflow: 'w', task: 'keep', routes: undefined }]);
  fireEvent.keyDown(screen.getByRole('button', { name: /Always/ }), {
    key: 'ArrowUp',
    altKey: true,
  });
  await waitFor(() => expect(asked).toHaveLength(2));
  expect(asked[1]?.routes?.map(({ source }) => source)).toEqual(['redis', 'local', 'gone']);
});
