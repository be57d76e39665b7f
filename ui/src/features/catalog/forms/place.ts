/** Places of a workflow as its address names them: `tasks/2`, or `id:load` where only the id is known. */
import { asText } from './scope';
import type { Lists } from './WorkflowForm';

const BY_ID = 'id:';

/** The address of the step of this id, wherever in the document it is by now. */
export function placeOfId(id: string): string {
  return BY_ID + id;
}

/** The place an address means; nothing where no step of that id is here. */
export function placeAt(lists: Lists, at: string): string | undefined {
  if (!at.startsWith(BY_ID)) return at;
  const id = at.slice(BY_ID.length);
  for (const name of ['tasks', 'stages'] as const) {
    const rows = lists[name]?.rows ?? [];
    const byId = rows.findIndex((row) => asText(row.id) === id);
    // What has no id is called by its name.
    const index = byId >= 0 ? byId : rows.findIndex((row) => asText(row.name ?? row.title) === id);
    if (index >= 0) return `${name}/${index}`;
  }
  return lists.nodes.includes(id) ? `nodes/${id}` : undefined;
}
