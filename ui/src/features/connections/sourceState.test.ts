import { expect, it } from 'vitest';
import type { SourceRow } from '@/ipc';
import { productOf, stateOf } from './sourceState';

const row = { name: 'shop', type: 'mysql', with_password: true } as SourceRow;

it('says how a connection is, what it is and what is wrong', () => {
  const told = (change: Partial<SourceRow>) => {
    const { tone, words, more } = stateOf({ ...row, ...change });
    return [tone, words, more].join(' | ');
  };
  expect(told({})).toBe('off | not asked yet | ');
  expect(told({ name: 'local' })).toBe('ok | always there | ');
  expect(told({ answers: true, version: '10.11.6-MariaDB-0+deb12u1' })).toBe(
    'ok | answers | MariaDB 10.11.6',
  );
  const error = { code: 'login_refused', fields: { source: 'shop', user: 'anna' } };
  expect(told({ answers: false, error })).toBe(
    'fail | does not answer | “shop” does not let “anna” in with this password; check both',
  );
  const waits = { code: 'password_missing', fields: { source: 'shop' } };
  // What was seen before its password was missing says nothing of now.
  expect(told({ answers: false, error, waits })).toContain(
    'wait | waits for its password | It has to be entered',
  );
});

it('names the product where a source tells its number alone', () => {
  expect(productOf('sqlite', '3.53.2')).toBe('SQLite 3.53.2');
  expect(productOf('redis', '7.0.15')).toBe('Redis 7.0.15');
  expect(productOf('mysql', '8.4.0')).toBe('MySQL 8.4.0');
  expect(productOf('elasticsearch', 'OpenSearch 2.19.1')).toBe('OpenSearch 2.19.1');
});
