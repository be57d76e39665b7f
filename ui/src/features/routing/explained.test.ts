import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { setLocale } from '@/i18n';
import type { RouteExplanation, SourceRow } from '@/ipc';
import { explained } from './explained';
import { conditionWords, isType, reasonWords } from './words';

const sources = [
  { name: 'local', type: 'sqlite' },
  { name: 'shop', type: 'mysql' },
] as SourceRow[];

const notApplying = { code: 'rule_not_applying' };
const missing = (wanted: string) => ({ code: 'no_connection', fields: { wanted } });

const found: RouteExplanation = {
  source: 'local',
  rule: 'default',
  order: 5,
  rules: [
    { order: 1, when: { dataKind: 'cache' }, source: 'redis', why: missing('redis') },
    { order: 2, when: { dataKind: 'log' }, source: 'sqlite', why: notApplying },
    { order: 3, when: { latency: 'low' }, source: 'redis', why: notApplying },
    { order: 4, when: { volume: 'large' }, source: 'x', why: notApplying },
    { order: 5, when: {}, source: 'local' },
  ],
  passed_over: [
    { source: 'redis', why: missing('redis') },
    { source: 'shop', why: { code: 'source_not_reached' } },
  ],
};

beforeAll(() => setLocale('en'));
afterEach(() => setLocale('en'));

describe('the choice of a source', () => {
  it('is told with the rule that chose, and why each other one did not', () => {
    expect(explained(found, sources)).toEqual({
      head: '“local”: rule 5 chose it (always)',
      others: [
        'Rule 1 (kind of data: cache → Redis): no connection fits “redis”; add one, or choose another data source for this task',
        'Rules 2 to 4 do not apply to this task',
        'shop: an earlier rule had chosen already',
      ],
    });
  });

  it('is told in Chinese, too', async () => {
    await setLocale('zh-CN');
    const told = explained(found, sources);
    expect(told.head).toBe('“local”：由规则 5 选定（始终）');
    expect(told.others[1]).toBe('规则 2 至 4 不适用于此任务');
  });

  it('is the task’s own where it names one', () => {
    const named = { ...found, rule: 'name', order: undefined, rules: [] };
    expect(explained(named, sources).head).toBe('“local”: the task names it');
    const typed = { ...named, rule: 'type' };
    expect(explained(typed, sources).head).toBe('“local”: the task asks for this type');
  });

  it('is told where there is none', () => {
    const none = { ...found, source: null, rule: null, reason: { code: 'no_choice' } };
    expect(explained(none, sources).head).toMatch(/^This task names no data source/);
  });
});

describe('words of a rule', () => {
  it('name all of its conditions', () => {
    const when = { dataKind: 'log', latency: 'low', volume: 'large', action: 'record.*' };
    expect(conditionWords(when)).toBe(
      'kind of data: log, answers wanted fast, much data, action: anything with records',
    );
    expect(conditionWords({ workflow: 'w' }, 'Month end')).toBe('workflow: Month end');
    expect(conditionWords({})).toBe('always');
  });

  it('tell a connection that is called like a type from the type', () => {
    expect(isType('mysql', sources)).toBe(true);
    expect(isType('mysql', [{ name: 'mysql', type: 'redis' } as SourceRow])).toBe(false);
  });

  it.each([
    ['name', 'named by the task'],
    ['history', 'chosen for history'],
    ['latency=low', 'chosen by the rule answers wanted fast'],
    [
      'action=record.* workflow=my w',
      'chosen by the rule action: anything with records, workflow: my w',
    ],
    ['of another version', 'chosen by the rule of another version'],
  ])('are read back from what is kept with an attempt: %s', (word, told) => {
    expect(reasonWords(word)).toBe(told);
  });
});
