/** The parts of the page; its address names the one that is open, the first unless told. */
export const CONNECTION_TABS = ['connections', 'secrets', 'agents', 'rules'] as const;
export type ConnectionTab = (typeof CONNECTION_TABS)[number];

export function isConnectionTab(word: unknown): word is ConnectionTab {
  return (CONNECTION_TABS as readonly unknown[]).includes(word);
}
