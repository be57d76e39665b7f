/** The times that most people want, without the cron line they are kept as. */

/** How often: each with one time, so that nothing that a line says is lost. */
export type Plain =
  | { every: 'day' | 'workdays'; hour: number; minute: number }
  | { every: 'week'; weekday: number; hour: number; minute: number }
  | { every: 'month'; day: number; hour: number; minute: number }
  | { every: 'hours'; hours: number; minute: number };

export type Every = Plain['every'];

/** What a schedule begins with: when few are at work. */
export const USUAL_LINE = '0 2 * * *';

/** The steps that come at the same hours every day. */
export const HOURS = [1, 2, 3, 4, 6, 8, 12];

/** What a cron line says, where it is one of the plain ones. */
export function plainOf(line: string): Plain | undefined {
  const [minutes = '', hours = '', day = '', month, weekday = '', ...more] = line
    .trim()
    .split(/\s+/);
  const minute = among(minutes, 0, 59);
  if (minute === undefined || month !== '*' || more.length > 0) return undefined;
  if (day === '*' && weekday === '*') {
    const step = hours === '*' ? 1 : Number(/^\*\/(\d{1,2})$/.exec(hours)?.[1]);
    if (HOURS.includes(step)) return { every: 'hours', hours: step, minute };
  }
  const hour = among(hours, 0, 23);
  if (hour === undefined) return undefined;
  const time = { hour, minute };
  if (day === '*' && weekday === '*') return { every: 'day', ...time };
  if (day === '*' && weekday === '1-5') return { every: 'workdays', ...time };
  const onWeekday = among(weekday, 0, 7);
  if (day === '*' && onWeekday !== undefined)
    return { every: 'week', weekday: onWeekday % 7, ...time };
  const onDay = among(day, 1, 31);
  if (weekday === '*' && onDay !== undefined) return { every: 'month', day: onDay, ...time };
  return undefined;
}

/** The cron line of plain times. */
export function lineOf(plain: Plain): string {
  switch (plain.every) {
    case 'day':
      return `${plain.minute} ${plain.hour} * * *`;
    case 'workdays':
      return `${plain.minute} ${plain.hour} * * 1-5`;
    case 'week':
      return `${plain.minute} ${plain.hour} * * ${plain.weekday}`;
    case 'month':
      return `${plain.minute} ${plain.hour} ${plain.day} * *`;
    case 'hours':
      return `${plain.minute} ${plain.hours === 1 ? '*' : `*/${plain.hours}`} * * *`;
  }
}

/** The same time of the day in another rhythm. */
export function inRhythm(every: Every, before: Plain | undefined): Plain {
  const minute = before?.minute ?? 0;
  const hour = before && before.every !== 'hours' ? before.hour : 2;
  switch (every) {
    case 'week':
      return { every, weekday: 1, hour, minute };
    case 'month':
      return { every, day: 1, hour, minute };
    case 'hours':
      return { every, hours: 6, minute };
    default:
      return { every, hour, minute };
  }
}

function among(field: string, least: number, most: number): number | undefined {
  const number = Number(field);
  return /^\d{1,2}$/.test(field) && number >= least && number <= most ? number : undefined;
}
