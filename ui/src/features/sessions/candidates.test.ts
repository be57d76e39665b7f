import { expect, it } from 'vitest';
import type { SessionCandidate } from '@/ipc';
import {
  fileRows,
  isChoosable,
  lackingKeys,
  offered,
  recommended,
  stepBetween,
} from './candidates';
import { file, recovery, snapshot } from './fixtures';

const kept = (sequence: number, ok: boolean): SessionCandidate => ({
  source: 'snapshot',
  ok,
  sequence,
  snapshot: `01S${sequence}`,
  differs: 0,
});
const gone: SessionCandidate = {
  source: 'file',
  ok: false,
  reason: { code: 'config_gone' },
  differs: 1,
};
const revision: SessionCandidate = { source: 'revision', ok: true, differs: 2 };

it('proposes the first that is as it was, and never what the catalog has today', () => {
  expect(recommended(recovery.candidates)?.source).toBe('snapshot');
  expect(recommended([gone, kept(2, false), revision])).toBeUndefined();
});

it('lets somebody take files that differ, and no file that is gone', () => {
  expect(isChoosable(gone)).toBe(false);
  expect(isChoosable({ ...gone, reason: { code: 'config_differs' } })).toBe(true);
  expect(isChoosable(kept(1, false))).toBe(false);
});

it('offers of the snapshots those up to the newest whole one', () => {
  const all = [gone, kept(4, false), kept(3, true), kept(2, true), kept(1, false)];
  expect(offered(all).map(({ source, sequence }) => sequence ?? source)).toEqual(['file', 4, 3]);
});

it('tells of a source that never was only where nothing else is left', () => {
  const never: SessionCandidate = {
    source: 'embedded',
    ok: false,
    reason: { code: 'nothing_embedded' },
    differs: 0,
  };
  expect(offered([kept(1, true), never])).toHaveLength(1);
  expect(offered([gone, never])).toHaveLength(2);
});

it('puts what is not as it was before what is, and adds what only today has', () => {
  const rows = fileRows(snapshot, [
    { path: 'tools/calculator.yaml', kind: 'changed' },
    { path: 'tools/new.yaml', kind: 'added' },
  ]);
  expect(rows.map(({ path, today }) => [path, today])).toEqual([
    ['tools/calculator.yaml', 'changed'],
    ['tools/new.yaml', 'added'],
    ['workflows/import.yaml', 'same'],
    ['tool-sets/basic.yaml', 'same'],
    ['llms/openai.yaml', 'same'],
  ]);
});

it('says what a snapshot holds otherwise than the one before', () => {
  const after = {
    ...snapshot,
    files: [
      file('workflows/import.yaml', 'other'),
      file('tools/calculator.yaml'),
      file('tools/new.yaml'),
    ],
  };
  expect(stepBetween(snapshot, after)).toEqual({
    changed: ['workflows/import.yaml'],
    added: ['tools/new.yaml'],
    left: ['tool-sets/basic.yaml', 'llms/openai.yaml'],
  });
  expect(stepBetween(snapshot, snapshot)).toEqual({ changed: [], added: [], left: [] });
});

it('names what comes back without its keys: they are not kept, and no longer stand where they were', () => {
  const gone = { path: 'llms/openai.yaml', kind: 'gone' as const };
  expect(lackingKeys(snapshot, [gone])).toEqual(['llms/openai.yaml']);
  expect(lackingKeys(snapshot, [{ ...gone, path: 'tools/calculator.yaml' }])).toEqual([]);
});
