import { afterEach, expect, it } from 'vitest';
import { setLocale } from '@/i18n';
import { cronWords } from './cron';

afterEach(() => setLocale('en'));

it.each([
  ['* * * * *', 'Every minute.', '每分钟一次。'],
  ['*/5 * * * *', 'Every 5 minutes.', '每 5 分钟一次。'],
  ['15 * * * *', 'Every hour, at minute 15.', '每小时的第 15 分钟。'],
  ['0 */6 * * *', 'Every 6 hours, at minute 0.', '每 6 小时一次，在第 0 分钟。'],
  ['0 2 * * *', 'Every day at 02:00.', '每天 02:00。'],
  [' 30  2,14 * * * ', 'Every day at 02:30 and 14:30.', '每天 02:30 和 14:30。'],
  ['0 8 * * 1-5', 'Monday to Friday at 08:00.', '周一至周五 08:00。'],
  ['0 8 * * 1,4', 'Every Monday and Thursday at 08:00.', '每周（星期一和星期四）08:00。'],
  ['0 8 * * 7', 'Every Sunday at 08:00.', '每周（星期日）08:00。'],
  ['0 3 1,15 * *', 'On day 1 and 15 of each month at 03:00.', '每月 1 和 15 日 03:00。'],
])('%s is %s', async (line, english, chinese) => {
  expect(cronWords(line)).toBe(english);
  await setLocale('zh-CN');
  expect(cronWords(line)).toBe(chinese);
});

it.each([
  '',
  '0 2 * *',
  '*/7 * * * *',
  '0 25 * * *',
  '60 2 * * *',
  '0 2 1 * 1',
  '0 2 * 6 *',
  '0 2 L * *',
  '0 2 * * MON',
  '0 0 2 * * *',
])('%j is told by its next times alone', (line) => {
  expect(cronWords(line)).toBeUndefined();
});
