import { expect, it } from 'vitest';
import { textsOf } from './DefinitionTab';

it('tells each value of a list on a line of its own, and lengths with their unit', () => {
  const of = (param: string, text: string) => textsOf({ param, text });
  expect(of('args', '["-c", "echo hi"]')).toEqual(['-c', 'echo hi']);
  expect(of('args', '["-c", "one\\ntwo"]')).toEqual(['["-c", "one\\ntwo"]']);
  expect(of('args', '[1, {"a": 2}]')).toEqual(['[1, {"a": 2}]']);
  expect(of('args', '[not json')).toEqual(['[not json']);
  expect(of('ms', '400')).toEqual(['400ms']);
  expect(of('ms', '${context.pause}')).toEqual(['${context.pause}']);
});
