import { expect, it } from 'vitest';
import type { SourceRow } from '@/ipc';
import { addressOf } from './address';
import { inputOf, isOtherServer, problemsOf, valuesOf, withAddress } from './connectionForm';

const kept = {
  name: 'shop',
  type: 'mysql',
  with_password: true,
  connection: {
    name: 'shop',
    kind: 'mysql',
    host: 'db',
    port: 3307,
    database: 'shop',
    user: 'anna',
    tls: true,
    ca: '/etc/ca.pem',
  },
} as SourceRow;

it('tells of a connection that is kept all that stays, and its password never', () => {
  expect(inputOf(valuesOf(kept))).toEqual({
    name: 'shop',
    type: 'mysql',
    host: 'db',
    port: 3307,
    database: 'shop',
    user: 'anna',
    tls: true,
    ca: undefined,
    without_ca: false,
    password: undefined,
    without_password: false,
  });
});

it('takes away what was emptied and switched off', () => {
  const values = { ...valuesOf(kept), user: ' ', database: '', tls: 'off' as const };
  const { user, database, tls, without_ca } = inputOf(values);
  expect([user, database, tls, without_ca]).toEqual(['', '', false, true]);
});

it('sends an API key without a user', () => {
  const address = addressOf('https://anna@search:9200');
  if (!address) throw new Error('an address');
  const values = { ...withAddress(valuesOf(null), address), name: 'search', password: 'k' };
  expect(inputOf(values)).toMatchObject({ user: 'anna', password: 'k', tls: true, port: 9200 });
  expect(inputOf({ ...values, login: 'key' })).toMatchObject({ user: '', password: 'k' });
});

it('gives a file by its token, and never a path', () => {
  const file = { token: 't1', label: '/data/a.db', folder: false };
  const values = { ...valuesOf(null), kind: 'sqlite' as const, name: 'archive', file };
  expect(inputOf(values)).toEqual({ name: 'archive', type: 'sqlite', path: { picked: 't1' } });
  expect(inputOf({ ...values, file: '/data/a.db' }).path).toBeUndefined();
});

it('names what is missing at its field', () => {
  const empty = { ...valuesOf(null), kind: 'mysql' as const, port: '99999', tls: 'own' as const };
  expect(Object.keys(problemsOf(empty)).sort()).toEqual(['ca', 'host', 'name', 'port']);
  expect(problemsOf(valuesOf(kept))).toEqual({});
  expect(Object.keys(problemsOf({ ...valuesOf(null), kind: 'sqlite' })).sort()).toEqual([
    'name',
    'path',
  ]);
});

it('knows the server a password was given for, however it is written', () => {
  expect(isOtherServer({ ...valuesOf(kept), host: ' DB ' }, kept)).toBe(false);
  for (const other of [
    { host: 'db2' },
    { port: '3308' },
    { user: 'bert' },
    { tls: 'off' },
  ] as const) {
    expect(isOtherServer({ ...valuesOf(kept), ...other }, kept)).toBe(true);
  }
});
