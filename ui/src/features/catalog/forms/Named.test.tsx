import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import { useRef } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { Named, useFound } from './Named';

afterEach(cleanup);
Element.prototype.scrollIntoView = vi.fn();

function Form({ field, drawn }: { field: string | undefined; drawn: boolean }) {
  const form = useRef<HTMLDivElement>(null);
  useFound(form, field);
  return (
    <div ref={form}>
      <input aria-label="first" />
      <details>
        <summary>more</summary>
        {drawn && (
          <Named field="timeout">
            <input aria-label="timeout" />
          </Named>
        )}
      </details>
    </div>
  );
}

function show(field: string | undefined) {
  setTransport(testTransport({ action_list: () => ({ items: [] }) as never }));
  const client = createQueryClient();
  const drawn = (drawn: boolean) => (
    <QueryClientProvider client={client}>
      <Form field={field} drawn={drawn} />
    </QueryClientProvider>
  );
  const { rerender } = render(drawn(true));
  return () => rerender(drawn(true));
}

it('opens what the field is folded into, and takes the cursor there once', async () => {
  const again = show('timeout');
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('timeout')));
  expect(screen.getByLabelText('timeout').closest('details')?.open).toBe(true);
  screen.getByLabelText('first').focus();
  again();
  expect(document.activeElement).toBe(screen.getByLabelText('first'));
});

it('leaves the cursor where it is without a field, or with one that is not here', () => {
  for (const field of [undefined, 'params.none']) {
    show(field);
    expect(document.activeElement).toBe(document.body);
    cleanup();
  }
});
