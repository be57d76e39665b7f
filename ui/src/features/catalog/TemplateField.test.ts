import { expect, it } from 'vitest';
import { isAbove } from './TemplateField';

it('holds numbers alone to the most they can be: a text may be an expression', () => {
  const variable = { name: 'n', description: '', required: false, most: 20 };
  const number = { ...variable, holds: 'number' as const };
  expect(isAbove(number, '21')).toBe(true);
  expect(isAbove(number, '20')).toBe(false);
  expect(isAbove({ ...variable, holds: 'text' }, '${context.n}')).toBe(false);
});
