import { afterEach, expect, it, vi } from 'vitest';
import { toasts } from '@/components/toast';
import { setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { exportRun } from './exportRun';

const run = { id: 'r1', workflow_name: 'Orders' };

afterEach(() => vi.restoreAllMocks());

it('writes where somebody says, in the language of the window, and leads there', async () => {
  const opened: unknown[] = [];
  const transport = testTransport(
    { run_export: () => ({ files: ['/tmp/run.html'] }) },
    {
      pick_save: async () => ({ token: 't', label: '/tmp/run.html', folder: false }),
      open_place: async (asked) => void opened.push(asked),
    },
  );
  setTransport(transport);
  await exportRun(run, 'html');
  expect(transport.calls.map(({ name, input }) => [name, input])).toEqual([
    ['run_export', { id: 'r1', format: 'html', language: 'en', to: { picked: 't' } }],
  ]);
  const [told] = toasts().slice(-1);
  expect(told?.text).toBe('Written to /tmp/run.html.');
  told?.action?.run();
  expect(opened).toEqual([{ token: 't' }]);
});

it('writes nothing where nobody picks a place', async () => {
  const transport = testTransport({}, { pick_save: async () => null });
  setTransport(transport);
  await exportRun(run, 'json');
  expect(transport.calls).toEqual([]);
});
