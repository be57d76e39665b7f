import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { type DocumentShow, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { DocumentPage } from './DocumentPage';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ children }: { children: ReactNode }) => <a href="/">{children}</a>,
  useNavigate: () => () => {},
  useSearch: () => ({}),
}));

afterEach(cleanup);

it('lets a document that was deleted be read and brought back, and nothing else', async () => {
  const transport = testTransport({
    flow_show: () =>
      ({
        row: {
          id: 'w',
          kind: 'workflow',
          name: 'Daily check',
          format: 'json',
          revision: 2,
          updated_at: '2026-11-21T08:00:00Z',
          deleted_at: '2026-11-21T09:00:00Z',
        },
        text: '{"name":"Daily check"}',
        view: { name: 'Daily check' },
        spelled: {},
        validation: { errors: [], warnings: [] },
      }) as unknown as DocumentShow,
    draft_show: () => ({ draft: null }),
    flow_undelete: () => ({ id: 'w', revision: 3, operation_id: 'o' }) as never,
  });
  setTransport(transport);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <DocumentPage kind="workflow" id="w" />
    </QueryClientProvider>,
  );
  fireEvent.click(await screen.findByTestId('undelete'));
  await waitFor(() =>
    expect(transport.calls.find(({ name }) => name === 'flow_undelete')?.input).toEqual({
      id: 'w',
    }),
  );
  for (const name of ['save', 'run', 'tab-form', 'document-menu'])
    expect(screen.queryByTestId(name)).toBeNull();
});
