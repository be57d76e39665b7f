import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, expect, it } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { Toasts } from '@/components';
import { type RunView, type Settings, setTransport } from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { useOpenView } from './useViews';
import { ViewsMenu } from './ViewsMenu';
import { kept } from './views';

afterEach(cleanup);

interface Search {
  status?: string;
  saved?: string;
}

function Page({ start }: { start: Search }) {
  const [search, setSearch] = useState<Search>(start);
  return (
    <>
      <output data-testid="search">{JSON.stringify(search)}</output>
      <output data-testid="open">{useOpenView(search)}</output>
      <button type="button" onClick={() => setSearch({ ...search, status: 'cancelled' })}>
        other
      </button>
      <ViewsMenu search={search} onSearch={setSearch} isList />
      <Toasts />
    </>
  );
}

/** Settings that are kept as the core keeps them. */
function show(start: Search, views: RunView[] = [], answers: Answers = {}) {
  let settings = { run_views: views, run_columns: null } as unknown as Settings;
  setTransport(
    testTransport({
      settings_show: () => settings,
      settings_update: (change) => {
        settings = { ...settings, ...change } as Settings;
        return settings;
      },
      ...answers,
    }),
  );
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Page start={start} />
    </QueryClientProvider>,
  );
  return () => settings;
}

const choose = async (entry: string) => {
  await userEvent.click(screen.getByTestId('run-views'));
  await userEvent.click(await screen.findByTestId(`menu-${entry}`));
};
const search = () => JSON.parse(screen.getByTestId('search').textContent ?? '{}');

it('keeps a view under a name, tells that it was changed, and keeps the change', async () => {
  const settings = show({ status: 'failed' });
  await choose('view-save-as');
  await userEvent.type(await screen.findByLabelText('Name'), 'What failed{Enter}');
  await waitFor(() => expect(screen.getByTestId('open').textContent).toBe('“What failed”'));
  expect(settings().run_views).toEqual([{ name: 'What failed', search: '{"status":"failed"}' }]);
  await userEvent.click(screen.getByText('other'));
  expect(screen.getByTestId('open').textContent).toBe('“What failed”, changed');
  await choose('view-keep');
  await waitFor(() => expect(screen.getByTestId('open').textContent).toBe('“What failed”'));
  expect(settings().run_views[0]?.search).toBe('{"status":"cancelled"}');
});

it('opens a view, and takes it away', async () => {
  const view = { name: 'Ours', search: kept({ status: 'failed' } as object) };
  const settings = show({}, [view]);
  await choose('view-Ours');
  expect(search()).toEqual({ status: 'failed', saved: 'Ours' });
  await choose('view-delete');
  await waitFor(() => expect(search()).toEqual({ status: 'failed' }));
  expect(settings().run_views).toEqual([]);
});

it('brings one back that was taken away beside those that were kept since', async () => {
  const view = (name: string) => ({ name, search: '{"status":"failed"}' });
  const settings = show({ status: 'failed', saved: 'A' }, [view('A'), view('B')]);
  await choose('view-delete');
  const undo = await screen.findByTestId('undo');
  await choose('view-save-as');
  await userEvent.type(await screen.findByLabelText('Name'), 'C{Enter}');
  await waitFor(() => expect(settings().run_views).toEqual([view('B'), view('C')]));
  fireEvent.click(undo);
  await waitFor(() => expect(settings().run_views).toEqual([view('A'), view('B'), view('C')]));
});

it('writes over nothing that is not known yet', async () => {
  show({ status: 'failed' }, [], { settings_show: () => new Promise<Settings>(() => undefined) });
  await userEvent.click(screen.getByTestId('run-views'));
  await screen.findByRole('menu');
  expect(screen.queryByTestId('menu-view-save-as')).toBeNull();
  expect(screen.queryByTestId('menu-columns')).toBeNull();
});

it('keeps which columns are shown, and goes back to the usual ones', async () => {
  const settings = show({});
  await choose('columns');
  await userEvent.click(await screen.findByTestId('column-actor'));
  await waitFor(() => expect(settings().run_columns).toEqual(['started', 'took']));
  await userEvent.click(screen.getByTestId('columns-usual'));
  await waitFor(() => expect(settings().run_columns).toEqual(['actor', 'started', 'took']));
});
