import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { Findings } from './Findings';

afterEach(cleanup);

const nothing = { files: [], missing: [], ambiguous: [], unparsed: [], left_out: [] };
const from = 'workflows/orders.yaml';
const pointer = '/settingsFile';

it('what leads out of the folder is not called missing alone', () => {
  const missing = [
    { reference: 'gone.ini', from, pointer, looked: ['workflows/gone.ini'] },
    { reference: '../a.ini', from, pointer, looked: ['a.ini'], leads_out: true },
    { reference: '../../b.ini', from, pointer, leads_out: true },
  ];
  render(<Findings {...nothing} missing={missing} />);
  const found = within(screen.getByTestId('config_missing'));
  expect(found.getByText(`“gone.ini” in ${from}`)).toBeTruthy();
  expect(found.getByText(/“\.\.\/a\.ini” .* is not in the folder/)).toBeTruthy();
  expect(found.getByText(/“\.\.\/\.\.\/b\.ini” .* leads out of the folder/)).toBeTruthy();
});

it('what is named by its whole path is told apart from what is missing', () => {
  const elsewhere = [{ reference: '/etc/hostname', from, pointer }];
  render(<Findings {...nothing} elsewhere={elsewhere} />);
  expect(screen.queryByTestId('config_missing')).toBeNull();
  const found = screen.getByTestId('config_elsewhere');
  expect(found.dataset.tone).toBe('off');
  expect(found.textContent).toContain('/etc/hostname');
});
