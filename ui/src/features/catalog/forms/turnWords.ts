import { listed, m } from '@/i18n';
import type { Turn } from './taskOrder';

/** So many tasks are named. */
const NAMED = 2;

/** When a task begins, in words. */
export function turnWords(turn: Turn, nameOf: (id: string) => string): string {
  if (turn === 'called') return m.turn_called();
  const after = listed(turn.after.map(nameOf), NAMED);
  const names = listed(turn.beside.map(nameOf), NAMED);
  if (after === '') return names === '' ? m.turn_first() : m.turn_first_beside({ names });
  return names === '' ? m.turn_after({ after }) : m.turn_after_beside({ after, names });
}
