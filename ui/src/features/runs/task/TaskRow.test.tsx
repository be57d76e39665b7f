import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { took } from '@/i18n';
import type { RunAttempt, RunShow, RunTask } from '@/ipc';
import { lengthOf, TaskRow } from './TaskRow';

afterEach(cleanup);

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

it('says once that a task waits', () => {
  const task = { id: 'a', name: 'A', action: 'human.task', status: 'waiting', attempts: [] };
  render(
    <TaskRow
      run={{ status: 'waiting' } as RunShow}
      task={task as unknown as RunTask}
      names={new Map()}
      now={new Date(at(0))}
      isOpen={false}
      onToggle={() => undefined}
      onKeyDown={() => undefined}
    />,
  );
  expect(screen.getByText('Waits for a person')).toBeTruthy();
});
