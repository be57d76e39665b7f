import { expect, it } from 'vitest';
import type { RunField, RunWork } from '@/ipc';
import { changed, faultOf, openItems, typedValue, valuesOf } from './answer';

function field(more: Partial<RunField>): RunField {
  return {
    name: 'n',
    label: 'N',
    holds: 'text',
    required: false,
    options: [],
    value: null,
    ...more,
  };
}

it('begins with what was kept, else with the default', () => {
  const fields = [
    field({ name: 'a', value: 'kept', default: 'x' }),
    field({ name: 'b', default: 2 }),
    field({ name: 'c' }),
  ];
  expect(valuesOf(fields)).toEqual({ a: 'kept', b: 2, c: null });
  expect(changed(fields, valuesOf(fields))).toEqual({ b: 2 });
});

it('keeps what is typed as what the field holds', () => {
  expect(typedValue({ holds: 'number' }, '1.5')).toBe(1.5);
  expect(typedValue({ holds: 'number' }, 'much')).toBe('much');
  expect(typedValue({ holds: 'text' }, '007')).toBe('007');
  expect(typedValue({ holds: 'text' }, '  ')).toBeNull();
});

it('says what is wrong with a value', () => {
  expect(faultOf(field({ required: true }), ' ')).toBeDefined();
  expect(faultOf(field({}), null)).toBeUndefined();
  expect(faultOf(field({ holds: 'whole' }), 1.5)).toBeDefined();
  expect(faultOf(field({ holds: 'number' }), 'much')).toBeDefined();
  expect(faultOf(field({ holds: 'number' }), 0)).toBeUndefined();
});

it('does not wait for items that may be left out', () => {
  const checklist = [
    { id: 'a', text: 'A', optional: false, ticked: false },
    { id: 'b', text: 'B', optional: true, ticked: false },
  ];
  expect(openItems({ checklist } as RunWork, new Set())).toEqual(['a']);
  expect(openItems({ checklist } as RunWork, new Set(['a']))).toEqual([]);
});
