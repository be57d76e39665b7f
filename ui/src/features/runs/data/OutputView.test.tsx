import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { OutputView } from './OutputView';

afterEach(cleanup);

it('names the file that has the rows which were too many', () => {
  const file = { path: 'all.jsonl', bytes: 12 };
  render(<OutputView value={{ rows: [{ a: 1 }], columns: ['a'], rows_file: file }} label="r" />);
  expect(screen.getByText('rows_file')).toBeTruthy();
  expect(screen.getByText('all.jsonl')).toBeTruthy();
});
