import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type Settings, type SettingsUpdate, type SnapshotKeyShow, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { SnapshotsCard } from './SnapshotsCard';

afterEach(cleanup);

type Shown = Pick<Settings, 'snapshots' | 'snapshot_secrets'>;

const onChange = vi.fn();

function Card({ first }: { first: Shown }) {
  const [settings, setSettings] = useState(first);
  const change = (next: SettingsUpdate) => {
    onChange(next);
    setSettings({ ...settings, ...(next as Partial<Shown>) });
  };
  return <SnapshotsCard settings={settings as Settings} onChange={change} />;
}

function show(settings: Shown, part: Partial<SnapshotKeyShow> = {}) {
  onChange.mockReset();
  const key = { encrypted: false, key: 'none', is_another: false, ...part } as const;
  const transport = testTransport(
    { session_key_show: () => key, session_key_save: () => ({ files: ['/k'] }) },
    { pick_save: async () => ({ token: 'k', label: '/home/ada/k.key', folder: false }) },
  );
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Card first={settings} />
    </QueryClientProvider>,
  );
  return (name: string) => transport.calls.filter((call) => call.name === name);
}

it('says what becomes of keys, and offers to save the key only where there is one', async () => {
  show({ snapshots: 'on', snapshot_secrets: 'masked' });
  expect(screen.queryByTestId('snapshot-key-save')).toBeNull();
  await userEvent.click(screen.getByTestId('snapshots-off'));
  expect(onChange.mock.calls.flat()).toEqual([{ snapshots: 'off' }]);
  cleanup();
  show({ snapshots: 'off', snapshot_secrets: 'encrypted' }, { encrypted: true, key: 'there' });
  expect(screen.getByTestId('snapshot-key-save')).toBeTruthy();
  expect(screen.getByText(/loses the key loses/)).toBeTruthy();
  expect(screen.getByText(/Nothing new is kept/)).toBeTruthy();
  expect(screen.queryByTestId('snapshot-key-gone')).toBeNull();
});

it('offers to save the key as soon as snapshots become encrypted, and goes once it is saved', async () => {
  const asked = show({ snapshots: 'on', snapshot_secrets: 'masked' });
  await userEvent.click(screen.getByTestId('secrets-encrypted'));
  expect(onChange.mock.calls.flat()).toEqual([{ snapshot_secrets: 'encrypted' }]);
  expect(screen.getByText(/Their key is on this computer alone/)).toBeTruthy();
  await userEvent.click(screen.getByTestId('save-key-now'));
  await waitFor(() => expect(asked('session_key_save')).toHaveLength(1));
  await waitFor(() => expect(screen.queryByTestId('dialog-save-key')).toBeNull());
});

it('has the key at hand where older snapshots are encrypted, and says when it is gone', async () => {
  show({ snapshots: 'on', snapshot_secrets: 'masked' }, { encrypted: true, key: 'gone' });
  expect((await screen.findByTestId('snapshot-key-gone')).textContent).toContain(
    'The key is not on this computer.',
  );
  expect(screen.queryByTestId('snapshot-key-save')).toBeNull();
  expect(screen.getByTestId('snapshot-key-add')).toBeTruthy();
});

it('counts what is closed where there is a key for what is new', async () => {
  const key = { encrypted: true, key: 'there', closed: 3 } as const;
  show({ snapshots: 'on', snapshot_secrets: 'encrypted' }, key);
  const closed = await screen.findByTestId('snapshots-closed');
  expect(closed.textContent).toContain('3 snapshots are encrypted with a key that is not on');
  expect(screen.queryByTestId('snapshot-key-gone')).toBeNull();
  expect(screen.getByTestId('snapshot-key-save')).toBeTruthy();
});

it('asks until the key is saved, and says when it is a new one', async () => {
  const here = { encrypted: true, key: 'there', unsaved: 1 } as const;
  const settings = { snapshots: 'on', snapshot_secrets: 'encrypted' } as const;
  show(settings, here);
  const first = await screen.findByTestId('snapshot-key-unsaved');
  expect(first.textContent).toContain('No copy of the key');
  cleanup();
  const asked = show(settings, { ...here, is_another: true });
  const another = await screen.findByTestId('snapshot-key-unsaved');
  expect(another.textContent).toContain('a new key from now on');
  await userEvent.click(screen.getByTestId('snapshot-key-save'));
  await waitFor(() => expect(asked('session_key_show').length).toBeGreaterThan(1));
});

it('says what comes first where the secrets cannot be read', async () => {
  const settings = { snapshots: 'on', snapshot_secrets: 'encrypted' } as const;
  show(settings, { encrypted: true, key: 'behind', closed: 2 });
  expect((await screen.findByTestId('snapshot-key-behind')).textContent).toContain('Start');
  expect(screen.queryByTestId('snapshot-key-save')).toBeNull();
});
