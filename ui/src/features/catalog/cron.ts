/** The cron lines that most people write, in words. What is not among them is told by its next times alone. */
import { counted, m, together, weekdayName } from '@/i18n';

const EVERY = /^\*\/(\d+)$/;
const NUMBERS = /^\d+(,\d+)*$/;

/** When a cron line of five fields comes, as a sentence; nothing where it is not one of the common ones. */
export function cronWords(line: string): string | undefined {
  const [minute = '', hour = '', day, month, weekday, ...more] = line.trim().split(/\s+/);
  if (month !== '*' || more.length > 0) return undefined;
  if (day === '*' && weekday === '*') return withinDay(minute, hour);
  const time = timesOf(minute, hour);
  if (time === undefined || day === undefined || weekday === undefined) return undefined;
  if (day === '*' && weekday === '1-5') return m.cron_workdays({ time });
  if (day === '*' && isAmong(weekday, 0, 7))
    return m.cron_weekly({ days: weekdays(weekday), time });
  if (weekday === '*' && isAmong(day, 1, 31))
    return m.cron_monthly({ days: together(day.split(',')), time });
  return undefined;
}

function withinDay(minute: string, hour: string): string | undefined {
  if (hour === '*') {
    const step = minute === '*' ? 1 : stepOf(minute, 60);
    if (step === 1) return m.cron_minute();
    if (step !== undefined) return counted('cron_minutes', step);
    return isOne(minute, 59) ? m.cron_hourly({ minute: Number(minute) }) : undefined;
  }
  const step = stepOf(hour, 24);
  if (step !== undefined && step > 1 && isOne(minute, 59))
    return counted('cron_hours', step, { minute: Number(minute) });
  const time = timesOf(minute, hour);
  return time && m.cron_daily({ time });
}

/** How far apart the values of a field are that divides its range evenly. */
function stepOf(field: string, range: number): number | undefined {
  const step = Number(EVERY.exec(field)?.[1]);
  return step > 0 && range % step === 0 ? step : undefined;
}

function isOne(field: string, most: number): boolean {
  return /^\d+$/.test(field) && Number(field) <= most;
}

function isAmong(field: string, least: number, most: number): boolean {
  const numbers = field.split(',').map(Number);
  return NUMBERS.test(field) && numbers.every((one) => one >= least && one <= most);
}

/** `02:00`, or `02:00 and 14:00`. */
function timesOf(minute: string, hour: string): string | undefined {
  if (!isOne(minute, 59) || !isAmong(hour, 0, 23)) return undefined;
  const two = (text: string) => text.padStart(2, '0');
  return together(hour.split(',').map((one) => `${two(one)}:${two(minute)}`));
}

function weekdays(field: string): string {
  return together(field.split(',').map((one) => weekdayName(Number(one))));
}
