/** What of the sessions the address names. */

/** Which of them are shown, in the order of the choice. */
export const WHICH = ['recoverable', 'active', 'completed', 'all'] as const;
export type Which = (typeof WHICH)[number];

/** The parts of a session. */
export const SESSION_TABS = ['recover', 'snapshots', 'files'] as const;
export type SessionTab = (typeof SESSION_TABS)[number];

/** What is asked as soon as the page is there. */
export const ASKS = ['config', 'import'] as const;
export type Ask = (typeof ASKS)[number];

export interface SessionsSearch {
  ask?: Ask;
  which?: Which;
  tab?: SessionTab;
  /** The snapshot whose files are looked at. */
  snapshot?: string;
}
