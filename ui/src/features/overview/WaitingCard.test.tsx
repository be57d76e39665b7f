import { cleanup, render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import type { RunOverview } from '@/ipc';
import { WaitingCard } from './WaitingCard';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ children }: { children: ReactNode }) => <a href="/">{children}</a>,
}));

afterEach(cleanup);

it('says of what waits that its workflow is deleted', () => {
  const ask = (run_id: string, deleted: boolean) => ({
    run_id,
    workflow_name: 'Daily check',
    deleted,
    task: 'look',
    task_name: run_id,
    status: 'waiting' as const,
    since: new Date().toISOString(),
  });
  const runs = { asking: 2, asks: [ask('one', false), ask('two', true)] };
  render(<WaitingCard runs={runs as RunOverview} />);
  const links = screen.getAllByRole('link').map((link) => link.textContent);
  expect(links[0]).not.toContain('deleted');
  expect(links[1]).toContain('its workflow is deleted');
});
