/** What an action could not take, which its output names with a code for why. */
import { begun, say, words } from '@/i18n';
import { cellText, isFields } from './shape';

/** The part of an output that names it. */
export const LEFT_OUT = 'left_out';

/** The same with sentences in the place of the codes that are known. */
export function leftOut(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((row) => {
    if (!isFields(row)) return row;
    const code = row.why;
    if (typeof code !== 'string' || words(code) === undefined) return row;
    const texts = Object.entries(row).map(([name, field]) => [name, cellText(field)]);
    return { ...row, why: begun(say({ code, fields: Object.fromEntries(texts) })) };
  });
}
