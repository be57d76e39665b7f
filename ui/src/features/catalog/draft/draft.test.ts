import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallError, type Draft, type DraftInput } from '@/ipc';
import { DocumentDraft, MARK, REST, STEP } from './draft';
import { applied, set } from './edits';
import { PAUSE } from './typing';

const VALID = { errors: [], warnings: [] };

function base(view: unknown) {
  return {
    text: JSON.stringify(view),
    format: 'json' as const,
    view,
    spelled: {},
    validation: VALID,
    revision: 3,
  };
}

/** A core that answers when it is told to, and remembers what it was asked. */
function slowCore() {
  const asked: DraftInput[] = [];
  const waiting: (() => void)[] = [];
  const ask = (input: DraftInput) =>
    new Promise<Draft>((resolve, reject) => {
      asked.push(input);
      waiting.push(() => {
        try {
          const view = input.edits.reduce(applied, JSON.parse(input.text) as unknown);
          const text = input.edits.length > 0 ? JSON.stringify(view) : input.text;
          resolve({ text, view, spelled: {}, broken: null, validation: VALID });
        } catch {
          reject(new CallError({ code: 'edit_impossible' }));
        }
      });
    });
  const answer = async () => {
    waiting.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { ask, asked, answer };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a draft', () => {
  it('shows an edit at once and asks the core one batch after another', async () => {
    const core = slowCore();
    const draft = new DocumentDraft(base({ name: 'a' }), core.ask);
    draft.edit([set(['name'], 'ab')], '/name');
    draft.edit([set(['name'], 'abc')], '/name');
    draft.edit([set(['name'], 'abcd')], '/name');
    expect(draft.state.view).toEqual({ name: 'abcd' });
    expect(core.asked).toHaveLength(1);

    await core.answer();
    expect(core.asked).toHaveLength(2);
    expect(core.asked[1]?.text).toBe('{"name":"ab"}');
    expect(core.asked[1]?.edits).toEqual([set(['name'], 'abcd')]);

    await core.answer();
    expect(draft.state.text).toBe('{"name":"abcd"}');
    expect(draft.state.isPending).toBe(false);
  });

  it('knows how the text spells a number until another one stands there', async () => {
    const core = slowCore();
    const spelled = { '/priority': '1.0' };
    const draft = new DocumentDraft({ ...base({ priority: 1 }), spelled }, core.ask);
    expect(draft.state.spelled).toEqual(spelled);
    draft.edit([set(['priority'], 2)], '/priority');
    await core.answer();
    expect(draft.state.spelled).toEqual({});
  });

  it('undoes the typing in one field in one step and can do it again', async () => {
    const core = slowCore();
    const draft = new DocumentDraft(base({ name: 'a', type: 't' }), core.ask);
    draft.edit([set(['name'], 'ab')], '/name');
    await core.answer();
    draft.edit([set(['name'], 'abc')], '/name');
    await core.answer();
    draft.edit([set(['type'], 'x')], '/type');
    await core.answer();

    draft.undo();
    await core.answer();
    expect(draft.state.view).toEqual({ name: 'abc', type: 't' });
    draft.undo();
    await core.answer();
    expect(draft.state.view).toEqual({ name: 'a', type: 't' });
    expect(draft.state.isDirty).toBe(false);
    expect(draft.state.canUndo).toBe(false);
    draft.redo();
    await core.answer();
    expect(draft.state.view).toEqual({ name: 'abc', type: 't' });
  });

  it('keeps typed text at once and asks when typing rests', async () => {
    const core = slowCore();
    const draft = new DocumentDraft(base({ name: 'a' }), core.ask);
    draft.replace('{"name":');
    draft.replace('{"name":"z"}');
    expect(draft.state.text).toBe('{"name":"z"}');
    expect(core.asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(REST);
    expect(core.asked).toHaveLength(1);
    await core.answer();
    expect(draft.state.view).toEqual({ name: 'z' });
  });

  it('leaves an answer aside that comes after a newer text', async () => {
    const core = slowCore();
    const draft = new DocumentDraft(base({ name: 'a' }), core.ask);
    draft.edit([set(['name'], 'late')], '/name');
    draft.replace('{"name":"typed"}');
    await core.answer();
    expect(draft.state.text).toBe('{"name":"typed"}');
    await core.answer();
    expect(draft.state.view).toEqual({ name: 'typed' });
  });

  it('takes a refused edit back and says so', async () => {
    const core = slowCore();
    const draft = new DocumentDraft({ ...base({ name: 'a' }), text: '{broken' }, core.ask);
    draft.edit([set(['name'], 'b')], '/name');
    await core.answer();
    expect(draft.state.view).toEqual({ name: 'a' });
    expect(draft.state.refused?.code).toBe('edit_impossible');
  });

  it('settles with everything that was typed', async () => {
    const core = slowCore();
    const draft = new DocumentDraft(base({ name: 'a' }), core.ask);
    draft.edit([set(['name'], 'b')], '/name');
    draft.edit([set(['type'], 'c')], '/type');
    let text = '';
    void draft.settle().then((settled) => {
      text = settled;
    });
    await core.answer();
    expect(text).toBe('');
    await core.answer();
    expect(text).toBe('{"name":"b","type":"c"}');
  });

  it('is clean again once what it holds is saved', async () => {
    const core = slowCore();
    const draft = new DocumentDraft(base({ name: 'a' }), core.ask);
    draft.edit([set(['name'], 'b')], '/name');
    await core.answer();
    expect(draft.state.isDirty).toBe(true);
    draft.saved(draft.state.text, 4);
    expect(draft.state.isDirty).toBe(false);
    expect(draft.state.revision).toBe(4);
  });

  it('begins with a text that was left unsaved, and can go back to the saved one', async () => {
    const core = slowCore();
    const draft = new DocumentDraft(base({ name: 'a' }), core.ask, '{"name":"kept"}');
    expect(draft.state.isDirty).toBe(true);
    await vi.advanceTimersByTimeAsync(REST);
    await core.answer();
    expect(draft.state.view).toEqual({ name: 'kept' });
    draft.undo();
    expect(draft.state.text).toBe('{"name":"a"}');
  });

  it('shows what is typed at once and asks the core when typing rests', async () => {
    const core = slowCore();
    const draft = new DocumentDraft(base({ name: 'a' }), core.ask);
    let drawn = 0;
    draft.subscribe(() => {
      drawn += 1;
    });
    for (const name of ['ab', 'abc', 'abcd', 'abcde']) draft.type(['name'], name);
    expect(draft.typing.at('/name')?.value).toBe('abcde');
    expect(draft.isDirty).toBe(true);
    expect(drawn).toBe(0);
    await vi.advanceTimersByTimeAsync(MARK);
    expect(draft.state.isDirty).toBe(true);
    expect(drawn).toBe(1);
    expect(core.asked).toHaveLength(0);

    await vi.advanceTimersByTimeAsync(PAUSE);
    expect(draft.typing.at('/name')).toBeNull();
    expect(draft.state.view).toEqual({ name: 'abcde' });
    expect(core.asked.map((input) => input.edits)).toEqual([[set(['name'], 'abcde')]]);
  });

  it('loses no letter when another field is typed into or the page goes', async () => {
    const core = slowCore();
    const draft = new DocumentDraft(base({ name: 'a', type: 't' }), core.ask);
    draft.type(['name'], 'ab');
    draft.type(['type'], 'tu');
    draft.endStep();
    expect(draft.state.view).toEqual({ name: 'ab', type: 'tu' });
    let text = '';
    void draft.settle().then((settled) => {
      text = settled;
    });
    await core.answer();
    await core.answer();
    expect(text).toBe('{"name":"ab","type":"tu"}');
  });

  it('is as it was when the letters typed are taken back', async () => {
    const core = slowCore();
    const draft = new DocumentDraft(base({ name: 'a' }), core.ask);
    draft.type(['name'], 'ab');
    draft.type(['name'], 'a');
    await vi.advanceTimersByTimeAsync(PAUSE);
    expect(core.asked).toHaveLength(0);
    expect(draft.state.isDirty).toBe(false);
  });

  const afterATyping = {
    'a pause': async () => vi.advanceTimersByTimeAsync(STEP),
    'the field is left': async (draft: DocumentDraft) => draft.endStep(),
    'a save': async (draft: DocumentDraft) => draft.saved(draft.state.text, 4),
  };
  it.each(Object.entries(afterATyping))('ends a step of undo with %s', async (_, between) => {
    const core = slowCore();
    const draft = new DocumentDraft(base({ name: 'a' }), core.ask);
    draft.type(['name'], 'first');
    await vi.advanceTimersByTimeAsync(PAUSE);
    await core.answer();
    await between(draft);
    draft.type(['name'], 'second');
    await vi.advanceTimersByTimeAsync(PAUSE);
    await core.answer();

    draft.undo();
    expect(draft.state.text).toBe('{"name":"first"}');
    await core.answer();
    draft.undo();
    expect(draft.state.text).toBe('{"name":"a"}');
  });

  it('brings back by undo what was left for a state saved elsewhere', async () => {
    const core = slowCore();
    const draft = new DocumentDraft(base({ name: 'a' }), core.ask);
    draft.type(['name'], 'mine');
    const left = draft.leaveFor({ ...base({ name: 'theirs' }), revision: 4 });
    await core.answer();
    await left;
    expect(draft.state.view).toEqual({ name: 'theirs' });
    expect(draft.state.isDirty).toBe(false);

    draft.undo();
    await core.answer();
    expect(draft.state.view).toEqual({ name: 'mine' });
    expect(draft.state.isDirty).toBe(true);
    expect(draft.state.revision).toBe(4);
  });
});
