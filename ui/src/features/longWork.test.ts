import { expect, it } from 'vitest';
import { type BackupResult, CallError, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { LongWork } from './longWork';
import { timeLeft } from './plan/WorkProgress';

const RESULT: BackupResult = {
  count: 2,
  target_dir: '/b',
  type: 'backup',
  items: [],
  bytes: 10,
  verified: true,
  damaged: [],
  warnings: [],
  backup_id: 'B',
};

/** A backup that goes on until it is cancelled or told to end. */
function slowBackup() {
  let end: (result: BackupResult) => void = () => undefined;
  setTransport(
    testTransport({
      db_backup: (_, options) =>
        new Promise((resolve, reject) => {
          end = resolve;
          options?.onProgress?.({ phase: 'write', done: 1, total: 2, name: 'one' });
          options?.signal?.addEventListener('abort', () =>
            reject(new CallError({ code: 'cancelled' })),
          );
        }),
    }),
  );
  return () => end(RESULT);
}

it('tells how far it is and what came of it', async () => {
  const end = slowBackup();
  const work = new LongWork('db_backup');
  const running = work.start({ remember: false });
  expect(work.state.status).toBe('running');
  expect(work.state.progress?.name).toBe('one');
  await expect(work.start({ remember: false })).rejects.toMatchObject({ code: 'busy' });
  end();
  await running;
  expect(work.state).toMatchObject({ status: 'done', result: RESULT });
});

it('is as if it had never been begun once it is cancelled', async () => {
  slowBackup();
  const work = new LongWork('db_backup');
  const running = work.start({ remember: false });
  work.cancel();
  expect(work.state.status).toBe('cancelling');
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  expect(work.state.status).toBe('idle');
});

it('keeps a failure until it was seen', async () => {
  setTransport(
    testTransport({
      db_backup: () => Promise.reject(new CallError({ code: 'no_room' })),
    }),
  );
  const work = new LongWork('db_backup');
  await expect(work.start({ remember: false })).rejects.toMatchObject({ code: 'no_room' });
  expect(work.state.error?.code).toBe('no_room');
  work.forget();
  expect(work.state.status).toBe('idle');
});

it('guesses the time left from the pace, once there is one', () => {
  const at = (done: number) => ({ phase: 'write', done, total: 100, name: null });
  expect(timeLeft(at(0), 5000)).toBeNull();
  expect(timeLeft(at(50), 1000)).toBeNull();
  expect(timeLeft(at(50), 10_000)).toContain('10');
  expect(timeLeft(at(1), 10_000)).toContain('17');
});
