import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { BrokenPage } from './BrokenPage';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useRouter: () => router,
}));

const router = {
  history: { back: () => {} },
  state: { location: { pathname: '/', search: {} } },
  navigate: vi.fn(async () => undefined),
};

afterEach(cleanup);

it('writes down what broke, and shows it', async () => {
  const page_fault = vi.fn(async () => undefined);
  setTransport(testTransport({}, { page_fault }));
  const error = Object.assign(new Error('no such row'), { stack: 'draw@index.js:1' });
  render(<BrokenPage error={error} reset={() => {}} />);
  const told = 'no such row\ndraw@index.js:1';
  await waitFor(() => expect(page_fault).toHaveBeenCalledWith({ text: told }));
  const [message, details] = screen.getAllByText(/no such row/);
  expect(message?.textContent).toBe('no such row');
  expect(details?.textContent).toBe(told);
  expect(screen.queryByTestId('show-text')).toBeNull();
});

it('shows the text of a document whose form broke', async () => {
  setTransport(testTransport({}, { page_fault: async () => undefined }));
  router.state.location.pathname = '/workflows/nightly';
  const reset = vi.fn();
  render(<BrokenPage error={new Error('no')} reset={reset} />);
  fireEvent.click(screen.getByTestId('show-text'));
  await waitFor(() => expect(reset).toHaveBeenCalled());
  expect(router.navigate).toHaveBeenCalledWith({
    to: '/workflows/nightly',
    search: { tab: 'text' },
  });
});
