import { m } from './messages';

/** Names in a sentence; of more than so many, how many more there are. */
export function listed(names: readonly string[], most: number): string {
  const told = names.slice(0, most);
  const more = names.length - told.length;
  if (more > 0) told.push(m.waits_more({ count: more }));
  return told.join(m.list_separator());
}
