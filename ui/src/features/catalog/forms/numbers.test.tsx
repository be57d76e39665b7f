import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import type { Draft, DraftInput } from '@/ipc';
import { DraftContext, useDraft } from '../draft/DraftContext';
import { DocumentDraft } from '../draft/draft';
import { OtherFields } from './OtherFields';
import { otherKeys } from './scope';

afterEach(cleanup);

const LARGE = '12345678901234567890';
const VALID = { errors: [], warnings: [] };

function Fields() {
  const scope = useDraft();
  return <OtherFields scope={scope} keys={otherKeys(scope.view, [])} />;
}

/** The fields of a document as the core gives them, over a core that does not answer yet. */
function shown(view: Record<string, unknown>, spelled: Record<string, string>) {
  const asked: DraftInput[] = [];
  const ask = (input: DraftInput) => {
    asked.push(input);
    return new Promise<Draft>(() => {});
  };
  const base = { text: '', format: 'json' as const, view, spelled, validation: VALID, revision: 1 };
  const draft = new DocumentDraft(base, ask);
  render(
    <DraftContext value={{ kind: 'workflow', draft }}>
      <Fields />
    </DraftContext>,
  );
  const fields = screen.getAllByRole('textbox') as HTMLInputElement[];
  const type = (value: string) => {
    fireEvent.change(fields[0] as HTMLInputElement, { target: { value } });
    draft.typing.rest();
    return asked.flatMap((input) => input.edits);
  };
  return { fields, type };
}

it('keeps a number that a script cannot hold, to the last digit', () => {
  const { fields, type } = shown({ account: LARGE }, { '/account': LARGE });
  expect(fields[0]?.value).toBe(LARGE);
  const another = LARGE.replace(/0$/, '1');
  expect(type(another)).toEqual([{ op: 'write', path: ['account'], text: another }]);
  expect(screen.getByRole('textbox')).toBe(fields[0]);
  expect(fields[0]?.value).toBe(another);
});

it('takes another spelling of the same number as what is meant', () => {
  const { type } = shown({ rate: 1.5 }, {});
  expect(type('1.50')).toEqual([{ op: 'write', path: ['rate'], text: '1.50' }]);
});

it('leaves digits in a text a text', () => {
  const { type } = shown({ code: LARGE }, {});
  expect(type(`${LARGE}1`)).toEqual([{ op: 'set', path: ['code'], value: `${LARGE}1` }]);
});

it('shows and keeps the numbers of a list as they are spelled', () => {
  vi.useFakeTimers();
  const { fields, type } = shown({ ids: [LARGE, 1] }, { '/ids/0': LARGE, '/ids/1': '1.0' });
  expect(fields[0]?.value).toBe(`[\n  ${LARGE},\n  1.0\n]`);
  const text = `[0, ${LARGE}, 1.0]`;
  expect(type(text)).toEqual([{ op: 'write', path: ['ids'], text }]);
  vi.useRealTimers();
});
