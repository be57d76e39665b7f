import { expect, it } from 'vitest';
import { isExactNumber, parseExact, printExact } from './exact';

it.each([
  '12345678901234567890',
  '9007199254740993',
  '-9223372036854775808',
  '1.50',
  '1e3',
  '1e400',
  '-0',
  '{"a":[1.50,{"b":12345678901234567890123}],"c":"1.50","d":"say \\"1.50\\"","e":3,"f":null}',
  '["\\\\",1.0,"\\\\\\"2.0"]',
])('%s comes out as it went in', (text) => {
  expect(printExact(parseExact(text))).toBe(text);
});

it('leaves a number alone that a script holds', () => {
  expect(parseExact('{"a": 12, "b": -1.5, "c": 9007199254740991}')).toEqual({
    a: 12,
    b: -1.5,
    c: 9007199254740991,
  });
  expect(isExactNumber(parseExact('1.50'))).toBe(true);
  expect(isExactNumber('1.50')).toBe(false);
});

it.each(['', '{', '01', '1.', '{"a":1,}', "{'a':1}", 'x'])('%j is no JSON', (text) => {
  expect(() => parseExact(text)).toThrow(SyntaxError);
});
