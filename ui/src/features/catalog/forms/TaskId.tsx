import { useState } from 'react';
import { TextField } from '@/components';
import { m } from '@/i18n';
import type { Edit } from '@/ipc';
import { set } from '../draft/edits';
import type { RowsScope } from './rows';
import { asText, type Scope } from './scope';
import { afterKey } from './taskOrder';

interface Props {
  scope: Scope;
  index: number;
  tasks: RowsScope;
}

/**
 * A task's id. It is taken over when the field is left, and then everywhere the other tasks speak of
 * it: while it is half typed it may be the id of another task.
 */
export function TaskId({ scope, index, tasks }: Props) {
  const id = asText(scope.at(['id']));
  const [typed, setTyped] = useState(id);
  const taken =
    typed !== id && tasks.rows.some((row, place) => place !== index && asText(row.id) === typed);
  const commit = () => {
    if (typed === id || taken) return;
    tasks.scope.edit([set([index, 'id'], typed), ...references(tasks, id, typed)]);
  };
  return (
    <TextField
      label={m.field_id()}
      face="code"
      value={typed}
      onChange={setTyped}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
      hint={m.field_id_hint()}
      notes={taken ? [{ tone: 'problem', text: m.field_id_taken() }] : scope.notes(['id'])}
    />
  );
}

/** The edits that let every other task speak of a task by its new id. */
export function references(tasks: RowsScope, id: string, next: string): Edit[] {
  if (id === '') return [];
  return tasks.rows.flatMap((row, place) => {
    const edits: Edit[] = [];
    const key = afterKey(row);
    const after = row[key];
    if (Array.isArray(after)) {
      after.forEach((value, at) => {
        if (value === id) edits.push(set([place, key, at], next));
      });
    } else if (after === id) edits.push(set([place, key], next));
    if (row.compensate === id) edits.push(set([place, 'compensate'], next));
    if (row.onFailure === `fallback:${id}`)
      edits.push(set([place, 'onFailure'], `fallback:${next}`));
    return edits;
  });
}
