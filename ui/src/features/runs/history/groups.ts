/** The rows of the timeline in their order, by the types that their workflows name. */
import { visible } from '@/i18n';
import type { RunRowsRow } from '@/ipc';
import { joined } from './marks';
import type { DrawnRow } from './shares';
import { workflowName } from './words';

export interface WorkflowLine {
  kind: 'workflow';
  key: string;
  id: string | null;
  name: string;
  isInGroup: boolean;
}

export interface GroupLine {
  kind: 'group';
  key: string;
  /** The type; without one, `null`. */
  type: string | null;
  ids: (string | null)[];
  isOpen: boolean;
}

export type Line = WorkflowLine | GroupLine;

/** All workflows by name; where they name types, each type has a line of its own over them. */
export function linesOf(
  rows: readonly RunRowsRow[],
  closed: ReadonlySet<string | null>,
  compare: (a: string, b: string) => number,
): Line[] {
  const named = rows
    .map((row) => ({ ...row, name: workflowName(row.workflow_id, row.workflow_name) }))
    // What is of no workflow comes last.
    .sort(
      (a, b) =>
        Number(a.workflow_id === null) - Number(b.workflow_id === null) || compare(a.name, b.name),
    );
  const types = new Map<string | null, typeof named>();
  for (const row of named) {
    const type = row.workflow_type ?? null;
    types.set(type, [...(types.get(type) ?? []), row]);
  }
  const isGrouped = [...types.keys()].some((type) => type !== null);
  const line = (row: (typeof named)[number]): WorkflowLine => ({
    kind: 'workflow',
    key: row.workflow_id === null ? 'single' : `of-${row.workflow_id}`,
    id: row.workflow_id,
    name: row.name,
    isInGroup: isGrouped,
  });
  if (!isGrouped) return named.map(line);
  const order = [...types].sort(
    ([a], [b]) => Number(a === null) - Number(b === null) || compare(a ?? '', b ?? ''),
  );
  return order.flatMap(([type, rows]): Line[] => {
    const isOpen = !closed.has(type);
    const ids = rows.map((row) => row.workflow_id);
    const group: GroupLine = {
      kind: 'group',
      key: `type-${visible(type ?? '')}`,
      type,
      ids,
      isOpen,
    };
    return isOpen ? [group, ...rows.map(line)] : [group];
  });
}

/** The workflows that these lines are drawn from. */
export function wantedOf(lines: readonly Line[]): (string | null)[] {
  return lines.flatMap((line) =>
    line.kind === 'workflow' ? [line.id] : line.isOpen ? [] : line.ids,
  );
}

/** What is drawn of a line; of a group of which only some are known, nothing. */
export function rowOf(
  line: Line,
  rows: ReadonlyMap<string | null, DrawnRow>,
): DrawnRow | undefined {
  if (line.kind === 'workflow') return rows.get(line.id);
  const known = line.ids.map((id) => rows.get(id)).filter((row) => row !== undefined);
  return known.length === line.ids.length ? joined(known) : undefined;
}

/** The lines that have something to draw, where only some runs are asked for. */
export function fitting(lines: readonly Line[], rows: ReadonlyMap<string | null, unknown>): Line[] {
  return lines.flatMap((line): Line[] => {
    if (line.kind === 'workflow') return rows.has(line.id) ? [line] : [];
    const ids = line.ids.filter((id) => rows.has(id));
    return ids.length > 0 ? [{ ...line, ids }] : [];
  });
}
