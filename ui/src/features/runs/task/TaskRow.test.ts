import { expect, it } from 'vitest';
import { took } from '@/i18n';
import type { RunAttempt } from '@/ipc';
import { lengthOf } from './TaskRow';

const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 8, 0, second)).toISOString();

const attempt = (started: number | null, ended: number | null) =>
  ({
    started_at: started === null ? null : at(started),
    ended_at: ended === null ? null : at(ended),
  }) as RunAttempt;

it('is as long as its attempts together, without what lay between them', () => {
  const now = new Date(at(50));
  const first = attempt(0, 2);
  expect(lengthOf({ attempts: [first, attempt(40, 43)] }, now)).toBe(took(5_000));
  expect(lengthOf({ attempts: [first, attempt(40, null)] }, now)).toBe(took(12_000));
  expect(lengthOf({ attempts: [first, attempt(null, null)] }, now)).toBe('');
});
