/** What a person fills in: how it is typed, what of it is missing, what is told to the core. */
import { m } from '@/i18n';
import type { RunField, RunWork } from '@/ipc';
import { asNumber } from '../../catalog/forms/bound';

/** Values as they are filled in, by the names of the fields. */
export type Values = Readonly<Record<string, unknown>>;

/** What stands in the form at first: what was kept, else the field's own default. */
export function valuesOf(fields: readonly RunField[]): Values {
  return Object.fromEntries(
    fields.map((field) => [field.name, field.value ?? field.default ?? null]),
  );
}

export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'string' && !value.trim());
}

/** What was typed, as the field holds it; text that is no number stays as it is, to be mended. */
export function typedValue(field: Pick<RunField, 'holds'>, text: string): unknown {
  if (text.trim() === '') return null;
  return field.holds === 'number' || field.holds === 'whole' ? asNumber(text) : text;
}

/** What is wrong with a value, in words. */
export function faultOf(field: RunField, value: unknown): string | undefined {
  if (isEmpty(value)) return field.required ? m.answer_needed() : undefined;
  if (field.holds === 'number' && typeof value !== 'number') return m.answer_number();
  if (field.holds === 'whole' && !Number.isInteger(value)) return m.answer_whole();
  return undefined;
}

/** Items that have to be ticked and are not, by their ids. */
export function openItems(work: Pick<RunWork, 'checklist'>, ticked: ReadonlySet<string>): string[] {
  return work.checklist
    .filter((item) => !item.optional && !ticked.has(item.id))
    .map((item) => item.id);
}

/** The fields whose values differ from what is kept. */
export function changed(fields: readonly RunField[], values: Values): Record<string, unknown> {
  const differing = fields.filter(
    (field) => JSON.stringify(values[field.name] ?? null) !== JSON.stringify(field.value ?? null),
  );
  return Object.fromEntries(differing.map((field) => [field.name, values[field.name] ?? null]));
}
