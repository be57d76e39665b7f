import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { namesOf } from './names';
import { OutputView } from './OutputView';

afterEach(cleanup);

it('names the file that has the rows which were too many', () => {
  const file = { path: 'all.jsonl', bytes: 12 };
  render(<OutputView value={{ rows: [{ a: 1 }], columns: ['a'], rows_file: file }} label="r" />);
  expect(screen.getByText('rows_file')).toBeTruthy();
  expect(screen.getByText('all.jsonl')).toBeTruthy();
});

it('says in words what was left out and why', () => {
  const left_out = [
    { table: 'gone', why: 'table_missing' },
    { table: 'odd', why: 'never_heard_of' },
  ];
  const names = namesOf('sql.describe');
  render(<OutputView value={{ left_out, samples: 3 }} label="r" names={names} />);
  expect(screen.getByText('Sample values')).toBeTruthy();
  expect(screen.getByText('Left out')).toBeTruthy();
  expect(screen.getByText('Why')).toBeTruthy();
  expect(screen.getByText(/There is no table “gone”/)).toBeTruthy();
  // What nobody has words for stays as it is.
  expect(screen.getByText('never_heard_of')).toBeTruthy();
});

it('leaves the names of what others gave as they are', () => {
  render(<OutputView value={{ samples: 3 }} label="r" names={namesOf('http.request')} />);
  expect(screen.getByText('samples')).toBeTruthy();
});

it('leaves what others call left out as they wrote it', () => {
  const left_out = [{ table: 'gone', why: 'table_missing' }];
  render(<OutputView value={{ left_out }} label="r" names={namesOf('http.request')} />);
  expect(screen.getByText('table_missing')).toBeTruthy();
});
