import { expect, it } from 'vitest';
import { addressOf } from './address';

it.each([
  ['mysql://anna:pa%3Ass@db:3307/shop?tls=true', 'mysql db 3307 shop anna pa:ss true'],
  [' mariadb://db.example ', 'mysql db.example     undefined'],
  ['mysql://[::1]:3306/a', 'mysql ::1 3306 a   undefined'],
  ['redis://:pw@cache/2?tls=false', 'redis cache  2  pw false'],
  ['rediss://app:pw@cache:6380', 'redis cache 6380  app pw true'],
  ['http://localhost:9200/', 'elasticsearch localhost 9200    undefined'],
  ['https://u:p@search.example', 'elasticsearch search.example 443  u p true'],
])('reads %s', (text, expected) => {
  const found = addressOf(text);
  const { kind, host, port, database, user, password, tls } = found ?? {};
  expect([kind, host, port, database, user, password, tls].map(String).join(' ')).toBe(expected);
});

it.each([
  'db:3306',
  '',
  'postgres://db',
  'mysql:///shop',
  'mysql://anna:12/34@db',
  'mysql://anna:pa#ss@db',
  'mysql://anna:12?x@db',
])('takes %s for no whole address', (text) => {
  expect(addressOf(text)).toBeUndefined();
});
