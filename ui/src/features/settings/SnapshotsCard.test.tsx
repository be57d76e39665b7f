import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import type { Settings } from '@/ipc';
import { SnapshotsCard } from './SnapshotsCard';

afterEach(cleanup);

function show(settings: Pick<Settings, 'snapshots' | 'snapshot_secrets'>) {
  const onChange = vi.fn();
  render(<SnapshotsCard settings={settings as Settings} onChange={onChange} />);
  return onChange;
}

it('says what becomes of keys, and offers to save the key only where there is one', () => {
  const onChange = show({ snapshots: 'on', snapshot_secrets: 'masked' });
  expect(screen.queryByTestId('snapshot-key-save')).toBeNull();
  fireEvent.click(screen.getByTestId('secrets-encrypted'));
  fireEvent.click(screen.getByTestId('snapshots-off'));
  expect(onChange.mock.calls.flat()).toEqual([
    { snapshot_secrets: 'encrypted' },
    { snapshots: 'off' },
  ]);
  cleanup();
  show({ snapshots: 'off', snapshot_secrets: 'encrypted' });
  expect(screen.getByTestId('snapshot-key-save')).toBeTruthy();
  expect(screen.getByText(/loses the key loses/)).toBeTruthy();
  expect(screen.getByText(/Nothing new is kept/)).toBeTruthy();
});
