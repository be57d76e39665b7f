import { cleanup, render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import HinderedCard from './HinderedCard';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ to, params, children }: { to: string; params?: object; children: ReactNode }) => (
    <a href={[to, ...Object.values(params ?? {})].join(' ')}>{children}</a>
  ),
}));

afterEach(cleanup);

it('says why each workflow cannot start, and leads to where that is mended', () => {
  const unknown = { code: 'folder_unknown', fields: { folder: '/srv/sales' } };
  const gone = { code: 'error_folder_gone', fields: { path: '/media/usb' } };
  const items = [
    { id: 'w', name: 'Sales', why: unknown },
    { id: 'v', name: 'Load', why: gone, folder: '01A' },
  ];
  render(<HinderedCard hindered={{ total: 7, items }} />);
  const [sales, load, more] = screen.getAllByRole('link');
  expect(sales?.getAttribute('href')).toBe('/workflows/$id w');
  expect(sales?.textContent).toContain('“/srv/sales” is no task folder that is known here');
  expect(load?.getAttribute('href')).toBe('/task-folders/$id 01A');
  expect(load?.textContent).toContain('/media/usb is not there.');
  expect(more?.textContent).toContain('5');
});
