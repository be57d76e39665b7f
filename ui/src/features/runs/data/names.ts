/** What the parts of an output are called, where one of our own actions gave it. */
import { fieldName, words } from '@/i18n';

/** Actions whose whole output the catalogue has words for (`output_<name>`). */
const TOLD: ReadonlySet<string> = new Set(['sql.describe', 'table_list.read']);

export function namesOf(action: string): ((name: string) => string) | undefined {
  if (!TOLD.has(action)) return undefined;
  return (name) => words(`output_${name}`) ?? fieldName(name);
}
