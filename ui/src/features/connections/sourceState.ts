/** How a connection is, in the words and the look of one glance. */
import type { IconName, Tone } from '@/components';
import { begun, dated, m, say, visible } from '@/i18n';
import type { LockedSecret, Message, SourceRow } from '@/ipc';

/** The SQLite file that always exists. */
export const LOCAL = 'local';

export interface SourceState {
  tone: Tone;
  icon: IconName;
  /** The state itself. */
  words: string;
  /** What it says it is, or why it does not answer, in a sentence. */
  more?: string;
  /** Since when it is so. */
  since?: string;
}

export function stateOf(row: SourceRow): SourceState {
  const since = row.since && m.source_since({ since: dated(row.since) });
  if (row.waits) {
    const more = awaited(row.waits);
    return { tone: 'wait', icon: 'key', words: m.source_state_waits(), more };
  }
  if (row.answers === false) {
    const more = row.error && begun(say(row.error));
    return { tone: 'fail', icon: 'cross', words: m.source_state_down(), more, since };
  }
  if (row.answers) {
    const more = row.version && productOf(row.type, row.version);
    return { tone: 'ok', icon: 'check', words: m.source_state_answers(), more, since };
  }
  if (row.name === LOCAL) return { tone: 'ok', icon: 'check', words: m.source_state_always() };
  return { tone: 'off', icon: 'minus', words: m.source_state_unseen() };
}

/** Why a password cannot be had; the Secrets tell more. */
function awaited(why: Message): string {
  if (why.code === 'password_missing') return m.connection_password_missing();
  return unlocks(why) ? m.secrets_are_locked() : m.secrets_are_lost();
}

/** Whether what keeps a secret from being read is a lock, and not that it or its key is missing. */
export function unlocks(why: { code: string }): boolean {
  return why.code === 'secrets_locked' || why.code === 'secrets_unreachable';
}

/** How many tasks wait for these. */
export function tasksWaiting(locked: readonly LockedSecret[]): number {
  return locked.reduce((sum, { tasks }) => sum + tasks, 0);
}

/** What a source says it is, with the name of the product before it where it tells the number alone. */
export function productOf(kind: string, version: string): string {
  const told = visible(version);
  if (kind === 'sqlite') return `SQLite ${told}`;
  if (kind === 'redis') return `Redis ${told}`;
  if (kind !== 'mysql') return told;
  const number = told.split('-', 1)[0] ?? told;
  return told.includes('MariaDB') ? `MariaDB ${number}` : `MySQL ${number}`;
}
