import { afterEach, describe, expect, it } from 'vitest';
import { CallError } from '@/ipc';
import english from '../../../messages/en.json';
import { bytes, datedAmong, exactly, took, when } from './format';
import { chooseLocale, setLocale } from './locale';
import { counted, say, sayError, sayHints, sentences, whole } from './say';

/** Chinese and Latin letters or digits without a space between them. */
const TIGHT = /\p{Script=Han}\w|\w\p{Script=Han}/u;

/** A command or an option in a sentence. */
const COMMAND = /(^|[\s“])--?[a-z]|flowkeep [a-z]|“list”/;

afterEach(() => setLocale('en'));

describe('a message', () => {
  it('is a sentence with its fields filled in', () => {
    expect(say({ code: 'duplicate_id', fields: { id: 'load' }, place: null })).toContain('“load”');
  });

  it('stands between others as a sentence of its own', async () => {
    expect(whole('a comma is missing')).toBe('A comma is missing.');
    expect(whole('Is it there?')).toBe('Is it there?');
    await setLocale('zh-CN');
    expect(whole('少了一个逗号')).toBe('少了一个逗号。');
  });

  it('speaks of one as of one, where the language does', async () => {
    const of = (count: number) =>
      say({ code: 'run_configuration_kept', fields: { count: String(count) } });
    expect(of(1)).toBe('1 file of the configuration it works with is kept');
    expect(of(3)).toBe('3 files of the configuration it works with are kept');
    await setLocale('zh-CN');
    expect(of(1)).toBe('已保留此次运行所用配置的 1 个文件');
  });

  it('tells what somebody else said of it, where that is known', () => {
    const fields = { program: '/bin/sh', exit_code: '7' };
    const of = (told: Record<string, string>) =>
      say({ code: 'program_failed', fields: { ...fields, ...told } });
    expect(of({ said: 'outbox: no such folder' })).toBe(
      'it said: outbox: no such folder (“/bin/sh”, exit code 7)',
    );
    expect(of({})).toMatch(/^“\/bin\/sh” ended with exit code 7\./);
  });

  it('begins with its place in the text', async () => {
    const message = { code: 'json_expected_comma', place: { line: 14, column: 3 } };
    expect(say(message)).toBe('line 14, column 3: a comma is missing');
    await setLocale('zh-CN');
    expect(say(message)).toMatch(/^第 14 行第 3 列：/);
  });

  it('ends with why, and tells which expression of which part it is about', () => {
    const fields = { path: 'context.n', expression: 'context.n', where: 'condition' };
    const because = { code: 'expression_missing', fields };
    const message = { code: 'run_task_failed', fields: { task: 'a' }, because };
    const told =
      '“a” failed: condition context.n: “context.n” is not there; check its spelling, and what was given before';
    expect(say(message)).toBe(told);
    expect(sayError(new CallError(message))).toBe(told);
  });

  it('of an unknown code says so with the code, and never looks up what is not a sentence', () => {
    for (const code of ['never_heard_of', 'toString', '__proto__', 'default']) {
      expect(say({ code })).toContain(code);
    }
  });

  it('shows bytes and times as people read them', () => {
    expect(say({ code: 'doctor_space_ok', fields: { free: '58000000000' } })).toContain('58');
    expect(say({ code: 'doctor_space_ok', fields: { free: '58000000000' } })).not.toContain('0000');
  });
});

describe('an error', () => {
  it('is its sentence and its next steps', () => {
    const error = new CallError({ code: 'no_space', hints: ['free_space', 'unknown_hint'] });
    expect(sayError(error)).not.toContain('no_space');
    expect(sayHints(error)).toHaveLength(1);
  });

  it('names no next step that is one of the command line', () => {
    // How to go on with a folder that can only be read is the same for both.
    const both = ['hint_copy_to_read', 'hint_copy_to_write'];
    const ofCommandLine = Object.entries(english as Record<string, string>)
      .filter(([key, text]) => key.startsWith('hint_') && !both.includes(key) && COMMAND.test(text))
      .map(([key]) => key.slice('hint_'.length));
    expect(ofCommandLine).toContain('list_first');
    expect(sayHints(new CallError({ code: 'x', hints: ofCommandLine }))).toEqual([]);
  });

  it('that nobody has words for is told with its code', () => {
    expect(sayError(new CallError({ code: 'brand_new' }))).toContain('brand_new');
  });

  it('is made of whatever was thrown', () => {
    expect(CallError.from({ code: 'cancelled', hints: [] }).code).toBe('cancelled');
    expect(CallError.from(new TypeError('x')).code).toBe('internal');
    expect(CallError.from('x').message).toBe('x');
  });
});

it('counts by the rule of the language', async () => {
  expect([0, 1, 2].map((count) => counted('n_tasks', count))).toEqual([
    '0 tasks',
    '1 task',
    '2 tasks',
  ]);
  expect(counted('n_items', 9884)).toBe('9,884 items');
  await setLocale('zh-CN');
  expect(counted('n_tasks', 1)).toBe('1 个任务');
});

it('chooses the language from the setting, else from the system', () => {
  expect(chooseLocale('zh-CN', ['en-GB'])).toBe('zh-CN');
  expect(chooseLocale('system', ['fr-FR', 'zh-Hans-CN', 'en'])).toBe('zh-CN');
  expect(chooseLocale('system', ['fr-FR'])).toBe('en');
});

describe('a time', () => {
  const now = new Date(2026, 10, 21, 12, 0);
  const at = (...parts: [number, number, number, number, number]) =>
    new Date(...parts).toISOString();

  it.each([
    [at(2026, 10, 21, 11, 59), '1 minute ago'],
    [at(2026, 10, 21, 9, 12), 'today 09:12'],
    [at(2026, 10, 20, 23, 50), 'yesterday 23:50'],
    [at(2026, 10, 19, 2, 0), '19 Nov 02:00'],
    [at(2025, 0, 2, 2, 0), '2 Jan 2025 02:00'],
    ['no time', 'no time'],
  ])('%s is %s', (text, words) => {
    expect(when(text, now)).toBe(words);
  });

  it.each([
    [at(2026, 10, 21, 11, 57), '3 分钟前'],
    [at(2026, 10, 21, 9, 12), '今天 09:12'],
    [at(2026, 10, 19, 2, 0), '11 月 19 日 02:00'],
    [at(2025, 0, 2, 2, 0), '2025 年 1 月 2 日 02:00'],
  ])('%s is %s in Chinese', async (text, words) => {
    await setLocale('zh-CN');
    expect(when(text, now)).toBe(words);
    expect(exactly(text)).not.toMatch(TIGHT);
  });

  it('is told to the second beside another one of its minute alone', () => {
    const mine = new Date(2026, 10, 21, 8, 55, 12).toISOString();
    const close = new Date(2026, 10, 21, 8, 55, 40).toISOString();
    expect(datedAmong(mine, [mine, at(2026, 10, 21, 8, 56)], now)).toBe('today 08:55');
    expect(datedAmong(mine, [mine, close], now)).toBe('today 08:55:12');
  });
});

it.each([
  [812, '812 B'],
  [4_200_000, '4.2 MB'],
  [58_000_000_000, '58 GB'],
])('%i bytes are %s', (value, words) => {
  expect(bytes(value).replace(/\s/, ' ')).toBe(words);
});

it.each([
  [107, '107 B'],
  [4_200_000, '4.2 MB'],
])('%i bytes are %s in Chinese', async (value, words) => {
  await setLocale('zh-CN');
  expect(bytes(value).replace(/\s/, ' ')).toBe(words);
});

it.each([
  [118, '118 毫秒'],
  [4_200, '4.2 秒'],
  [861_000, '14 分钟 21 秒'],
  [11_100_000, '3 小时 5 分钟'],
])('%i ms are %s in Chinese', async (value, words) => {
  await setLocale('zh-CN');
  expect(took(value)).toBe(words);
});

it('joins sentences as the language does, and leaves out what is none', async () => {
  expect(sentences('It is there.', undefined, 'It is new.', false)).toBe('It is there. It is new.');
  expect(sentences()).toBe('');
  await setLocale('zh-CN');
  expect(sentences('它在那里。', '它是新的。')).toBe('它在那里。它是新的。');
});
