import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { CallError, setTransport, type TemplateVariable } from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { NewDocument } from './NewDocument';
import { UseTemplate } from './UseTemplate';

const went = vi.fn();
vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => went,
}));

beforeEach(() => went.mockReset());
afterEach(cleanup);

const variable = (name: string, more: Partial<TemplateVariable>): TemplateVariable => ({
  name,
  description: `What ${name} is`,
  holds: 'text',
  required: false,
  ...more,
});
const variables = [
  variable('name', { required: true, default: 'Describe' }),
  variable('connection', { holds: 'connection', required: true }),
  variable('samples', { holds: 'number', default: '0', most: 20 }),
  variable('folder', { holds: 'task_folder' }),
];
const offer = { id: 'describe-database', name: 'Describe a database', description: 'Writes' };
const source = { name: 'shop', type: 'mysql', with_password: true };

function show(element: React.ReactElement, answers: Answers = {}) {
  const transport = testTransport({
    template_offers: () => ({ total: 1, items: [offer] }),
    template_variables: () => ({ name: offer.name, items: variables }),
    source_list: () => ({ total: 1, items: [source] }) as never,
    folder_list: () => ({ total: 0, items: [] }),
    ...answers,
  });
  setTransport(transport);
  render(<QueryClientProvider client={createQueryClient()}>{element}</QueryClientProvider>);
  return (name: string) => transport.calls.filter((call) => call.name === name);
}

it('asks for what the template needs, makes the workflow and opens it', async () => {
  const closed = vi.fn();
  const told = show(<NewDocument kind="workflow" onClose={closed} />, {
    template_use: () => ({ id: 'w1', revision: 1, operation_id: null }),
  });
  await userEvent.click(await screen.findByTestId('offer-describe-database'));
  const make = await screen.findByTestId('template-make');
  await screen.findByText('What samples is');
  // The connection has to be chosen, and nobody chooses for the operator.
  expect(make.hasAttribute('disabled')).toBe(true);
  await userEvent.click(screen.getByTestId('template-connection'));
  await userEvent.click(await screen.findByTestId('option-shop'));
  const samples = screen.getByTestId('template-samples');
  await userEvent.clear(samples);
  await userEvent.type(samples, '21');
  expect(samples.getAttribute('aria-invalid')).toBe('true');
  expect(make.hasAttribute('disabled')).toBe(true);
  await userEvent.clear(samples);
  await userEvent.type(samples, '5');
  expect(samples.hasAttribute('aria-invalid')).toBe(false);
  await userEvent.click(make);
  await waitFor(() =>
    expect(told('template_use')[0]?.input).toEqual({
      id: 'describe-database',
      values: { connection: 'shop', samples: '5' },
    }),
  );
  await waitFor(() => expect(went).toHaveBeenCalledOnce());
  expect(closed).toHaveBeenCalledOnce();
});

it('says why a workflow could not be made, and keeps what was typed', async () => {
  const closed = vi.fn();
  show(<UseTemplate id="own" onClose={closed} />, {
    template_variables: () => ({ name: 'Own', items: [variable('word', {})] }),
    template_use: () => {
      throw new CallError({ code: 'template_value_wrong', fields: { name: 'word' } });
    },
  });
  const word = await screen.findByTestId<HTMLInputElement>('template-word');
  await userEvent.type(word, 'many');
  await userEvent.click(screen.getByTestId('template-make'));
  expect(await screen.findByText(/The value of “word”/)).toBeTruthy();
  expect(word.value).toBe('many');
  expect(closed).not.toHaveBeenCalled();
});
