import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type DocumentShow,
  type DraftInput,
  type DraftRef,
  type DraftShow,
  setTransport,
} from '@/ipc';
import { type TestTransport, testTransport } from '@/ipc/testing';
import { MARK } from './draft';
import {
  findLeftDrafts,
  followSaved,
  keepDrafts,
  openDraft,
  unsavedDrafts,
  watchUnsaved,
} from './drafts';
import { applied } from './edits';
import { KEPT_WITHIN } from './keeping';

const VALID = { errors: [], warnings: [] };

function show(id: string, name: string, revision = 1): DocumentShow {
  const view = { name };
  const row = { id, kind: 'workflow', format: 'json', revision } as DocumentShow['row'];
  return { row, text: JSON.stringify(view), view, spelled: {}, validation: VALID };
}

/** The database as far as drafts go. */
let kept: Map<string, NonNullable<DraftShow['draft']>>;
let transport: TestTransport;

function edited(input: DraftInput) {
  const view = input.edits.reduce(applied, JSON.parse(input.text) as unknown);
  const text = input.edits.length > 0 ? JSON.stringify(view) : input.text;
  return { text, view, spelled: {}, broken: null, validation: VALID };
}

beforeEach(() => {
  vi.useFakeTimers();
  kept = new Map();
  transport = testTransport({
    flow_draft: edited,
    draft_keep: ({ id, revision, text }) => {
      kept.set(id, { revision, text });
      return {};
    },
    draft_forget: ({ id }) => {
      kept.delete(id);
      return {};
    },
    draft_list: () => ({
      items: [...kept].map(([id, { revision }]) => ({
        kind: 'workflow',
        id,
        name: id,
        revision,
        at: '2026-11-21T08:00:00Z',
      })),
    }),
  });
  setTransport(transport);
});
afterEach(() => {
  vi.useRealTimers();
});

describe('unsaved drafts', () => {
  it('are kept within a second, letter after letter or not', async () => {
    const draft = openDraft('workflow', 'steady', show('steady', 'a'), null);
    let name = 'a';
    for (let passed = 0; passed < KEPT_WITHIN; passed += 100) {
      name += 'b';
      draft.type(['name'], name);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(kept.get('steady')).toEqual({ revision: 1, text: `{"name":"${name}"}` });
  });

  it('are kept with what is being typed, which goes on being typed', async () => {
    const draft = openDraft('workflow', 'on', show('on', 'a'), null);
    draft.type(['name'], 'b');
    await keepDrafts();
    expect(kept.get('on')?.text).toBe('{"name":"b"}');
    expect(draft.typing.at('/name')?.value).toBe('b');
    await draft.settle();
    expect(draft.state.view).toEqual({ name: 'b' });
  });

  it('are kept at once when asked, and forgotten when they are saved', async () => {
    const draft = openDraft('workflow', 'asked', show('asked', 'a'), null);
    draft.type(['name'], 'b');
    await keepDrafts();
    expect(kept.get('asked')?.text).toBe('{"name":"b"}');
    await vi.advanceTimersByTimeAsync(MARK);
    expect(unsavedDrafts()).toContainEqual({ kind: 'workflow', id: 'asked' });

    draft.saved(await draft.settle(), 2);
    await vi.advanceTimersByTimeAsync(0);
    expect(kept.has('asked')).toBe(false);
    expect(unsavedDrafts()).not.toContainEqual({ kind: 'workflow', id: 'asked' });
  });

  it('are not written again while nothing changes', async () => {
    const draft = openDraft('workflow', 'still', show('still', 'a'), null);
    draft.type(['name'], 'b');
    await keepDrafts();
    await keepDrafts();
    await vi.advanceTimersByTimeAsync(10 * KEPT_WITHIN);
    const written = transport.calls.filter(
      ({ name, input }) => name === 'draft_keep' && (input as DraftRef).id === 'still',
    );
    expect(written).toHaveLength(1);
  });

  it('of an earlier window are counted, and open as they were left', async () => {
    kept.set('left', { revision: 1, text: '{"name":"left"}' });
    expect((await findLeftDrafts()).map(({ id }) => id)).toEqual(['left']);
    expect(unsavedDrafts()).toContainEqual({ kind: 'workflow', id: 'left' });
    const draft = openDraft('workflow', 'left', show('left', 'a', 2), {
      revision: 1,
      text: '{"name":"left"}',
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(draft.state.view).toEqual({ name: 'left' });
    expect(draft.state.revision).toBe(1);
    expect(unsavedDrafts().filter(({ id }) => id === 'left')).toHaveLength(1);
  });

  it('that say what is saved already are dropped without a word', async () => {
    kept.set('same', { revision: 1, text: '{"name":"a"}' });
    const draft = openDraft('workflow', 'same', show('same', 'a', 2), {
      revision: 1,
      text: '{"name":"a"}',
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(draft.state.isDirty).toBe(false);
    expect(draft.state.revision).toBe(2);
    expect(kept.has('same')).toBe(false);
  });
});

describe('a document saved elsewhere', () => {
  it('is followed where nothing is unsaved, and left alone where something is', async () => {
    const clean = openDraft('workflow', 'clean', show('clean', 'a'), null);
    followSaved(clean, show('clean', 'b', 2));
    expect(clean.state.view).toEqual({ name: 'b' });

    const dirty = openDraft('workflow', 'dirty', show('dirty', 'a'), null);
    dirty.type(['name'], 'mine');
    followSaved(dirty, show('dirty', 'theirs', 2));
    expect(dirty.state.revision).toBe(1);
    await dirty.settle();
    expect(dirty.state.view).toEqual({ name: 'mine' });
    followSaved(dirty, show('dirty', 'mine', 3));
    expect(dirty.state.isDirty).toBe(false);
  });

  it('that says again what a draft was begun from is what the draft goes on from', () => {
    const draft = openDraft('workflow', 'again', show('again', 'a'), null);
    draft.type(['name'], 'mine');
    followSaved(draft, show('again', 'a', 2));
    expect([draft.isDirty, draft.state.revision]).toEqual([true, 2]);
    // What was left unsaved was begun from a text that is not known any more.
    const kept = { revision: 1, text: '{"name":"mine"}' };
    const left = openDraft('workflow', 'unknown', show('unknown', 'b', 2), kept);
    followSaved(left, show('unknown', 'b', 2));
    followSaved(left, show('unknown', 'b', 3));
    expect(left.state.revision).toBe(1);
  });

  it('has its draft checked again where something else is said of the same text', async () => {
    const lost = { errors: [], warnings: [{ path: '/taskFolder', code: 'folder_unknown' }] };
    const checks = () => transport.calls.filter(({ name }) => name === 'flow_draft').length;
    for (const name of ['saved', 'mine']) {
      const before = { ...show(name, 'saved'), validation: lost };
      const draft = openDraft('workflow', name, before, null);
      followSaved(draft, before);
      if (name === 'mine') draft.edit([{ op: 'set', path: ['name'], value: 'mine' }], 'one');
      await draft.settle();
      followSaved(draft, { ...before });
      const asked = checks();
      followSaved(draft, show(name, 'saved'));
      await draft.settle();
      expect(checks()).toBe(asked + 1);
      expect(draft.state.validation).toEqual(VALID);
      expect(draft.state.view).toEqual({ name });
    }
  });

  it('does not take a draft back to what was saved before', async () => {
    const draft = openDraft('workflow', 'back', show('back', 'a'), null);
    draft.saved('{"name":"a"}', 2);
    followSaved(draft, show('back', 'a', 1));
    expect(draft.state.revision).toBe(2);
  });
});

it('tells of a change in what is unsaved once', async () => {
  let told = 0;
  const stop = watchUnsaved(() => {
    told += 1;
  });
  const draft = openDraft('workflow', 'told', show('told', 'a'), null);
  await vi.advanceTimersByTimeAsync(0);
  for (const name of ['b', 'bc', 'bcd']) draft.type(['name'], name);
  await keepDrafts();
  await vi.advanceTimersByTimeAsync(MARK);
  expect(told).toBe(1);
  stop();
});
