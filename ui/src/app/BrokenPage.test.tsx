import { cleanup, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { BrokenPage } from './BrokenPage';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useRouter: () => ({ history: { back: () => {} } }),
}));

afterEach(cleanup);

it('writes down what broke, and shows it', async () => {
  const page_fault = vi.fn(async () => undefined);
  setTransport(testTransport({}, { page_fault }));
  const error = Object.assign(new Error('no such row'), { stack: 'draw@index.js:1' });
  render(<BrokenPage error={error} reset={() => {}} />);
  const told = 'no such row\ndraw@index.js:1';
  await waitFor(() => expect(page_fault).toHaveBeenCalledWith({ text: told }));
  expect(screen.getByText(/no such row/).textContent).toBe(told);
});
