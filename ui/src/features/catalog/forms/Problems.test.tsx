import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import type { Draft, DraftInput, Finding } from '@/ipc';
import { DraftContext, useDraft } from '../draft/DraftContext';
import { DocumentDraft } from '../draft/draft';
import { BoundText } from './bound';
import { Problems } from './Problems';

afterEach(cleanup);

const unknown = (path: string): Finding => ({
  path,
  code: 'unknown_reference',
  fields: { value: 'laod', suggestion: 'load' },
});

function Form() {
  const scope = useDraft();
  return (
    <>
      <BoundText scope={scope} path={['tasks', 0, 'compensate']} label="At it" />
      <BoundText scope={scope} path={['tasks', 0, 'comp']} label="Beside it" />
      <Problems canGo={({ path }) => path.startsWith('/tasks')} onGo={onGo} />
    </>
  );
}

const onGo = vi.fn();

/** A form over a document with these problems, and what it asks of the core. */
function form(task: object, errors: Finding[]): DraftInput[] {
  const asked: DraftInput[] = [];
  const ask = (input: DraftInput) => {
    asked.push(input);
    return new Promise<Draft>(() => {});
  };
  const view = { tasks: [{ name: 'Undo it', ...task }] };
  const validation = { errors, warnings: [] };
  const base = { text: '', format: 'json' as const, view, spelled: {}, validation, revision: 1 };
  render(
    <DraftContext value={{ kind: 'workflow', draft: new DocumentDraft(base, ask) }}>
      <Form />
    </DraftContext>,
  );
  return asked;
}

it('says a problem at its field, and below with a way there', () => {
  const finding = unknown('/tasks/0/compensate');
  form({ compensate: 'laod' }, [finding]);
  const [at, beside] = screen.getAllByRole('textbox');
  expect(at?.getAttribute('aria-invalid')).toBe('true');
  expect(beside?.getAttribute('aria-invalid')).not.toBe('true');
  const problems = screen.getByTestId('problems');
  expect(problems.textContent).toContain('Undo it');
  fireEvent.click(screen.getByRole('button', { name: 'Go to' }));
  expect(onGo).toHaveBeenCalledWith(finding);
});

it.each([
  ['compensate', 'laod', 'load'],
  ['onFailure', 'fallback:laod', 'fallback:load'],
])('mends %s by one click', (key, wrong, right) => {
  const asked = form({ [key]: wrong }, [unknown(`/tasks/0/${key}`)]);
  fireEvent.click(screen.getByRole('button', { name: /load/ }));
  expect(asked.flatMap((input) => input.edits)).toEqual([
    { op: 'set', path: ['tasks', 0, key], value: right },
  ]);
});

it('does not say of a workflow without a first step that it is wrong', () => {
  form({}, [{ path: '', code: 'workflow_empty' }]);
  expect(screen.queryByTestId('problems')).toBeNull();
  cleanup();
  form({}, [{ path: '', code: 'workflow_empty' }, unknown('/tasks/0/compensate')]);
  expect(screen.getByTestId('problems').children).toHaveLength(1);
});
