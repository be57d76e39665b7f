/** What an output looks like best: a table, names with values, or its text. */

export interface Table {
  shape: 'table';
  columns: string[];
  rows: Record<string, unknown>[];
}

export type Shape =
  | Table
  | { shape: 'facts'; facts: [string, unknown][] }
  | { shape: 'text'; text: string }
  | { shape: 'json'; text: string }
  | { shape: 'nothing' };

type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Records become a table, an object becomes names with values, all else is its text. */
export function shapeOf(value: unknown): Shape {
  if (value === null || value === undefined) return { shape: 'nothing' };
  if (typeof value === 'string')
    return value === '' ? { shape: 'nothing' } : { shape: 'text', text: value };
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every(isFields)) return table(value);
    return value.length === 0 ? { shape: 'nothing' } : json(value);
  }
  if (!isFields(value)) return { shape: 'text', text: String(value) };
  const facts = Object.entries(value);
  return facts.length === 0 ? { shape: 'nothing' } : { shape: 'facts', facts };
}

function table(rows: Fields[], order: readonly string[] = []): Table {
  const columns = new Set(order);
  for (const row of rows) for (const key of Object.keys(row)) columns.add(key);
  return { shape: 'table', columns: [...columns], rows };
}

function json(value: unknown): Shape {
  return { shape: 'json', text: JSON.stringify(value, null, 2) };
}

/** The rows a query gave, in the order of its columns; nothing for any other output. */
export function rowsOf(output: unknown): Table | null {
  if (!isFields(output)) return null;
  const { rows, records, columns } = output;
  const list = rows ?? records;
  if (!Array.isArray(list) || !list.every(isFields)) return null;
  const order = Array.isArray(columns) ? columns.map(String) : [];
  return table(list, order);
}

/** Rows that are looked at to find how wide a column is, and the most it takes, in characters. */
const SAMPLE = 200;
const WIDEST = 40;

/** How wide a column of a long table is, in characters: what most of it needs. */
export function widthOf({ rows }: Table, column: string): number {
  const step = Math.max(1, Math.floor(rows.length / SAMPLE));
  let widest = wide(column);
  for (let index = 0; index < rows.length; index += step)
    widest = Math.max(widest, wide(cellText(rows[index]?.[column]).slice(0, WIDEST)));
  return Math.min(widest, WIDEST);
}

/** Chinese characters are as wide as two others. */
function wide(text: string): number {
  return text.replace(/[\u1100-\uffff]/g, 'xx').length;
}

/** What stands beside the rows, such as the file of what was too many for the output. */
export function besideRows(output: unknown): Record<string, unknown> {
  if (!isFields(output)) return {};
  const drawn = ['columns', output.rows ? 'rows' : 'records'];
  return Object.fromEntries(Object.entries(output).filter(([name]) => !drawn.includes(name)));
}

/** A value in a cell: short, and nothing lost that a person would look for. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Whether a value is told on a line of its own, and not below its name. */
export function isShort(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return false;
  const text = cellText(value);
  return text.length <= 120 && !text.includes('\n');
}
