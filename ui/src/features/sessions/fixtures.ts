/** What the tests of sessions begin with. */
import type { SessionFile, SessionRecovery, SessionRow, SessionShow, SessionSnapshot } from '@/ipc';

export function file(path: string, sha256 = 'a1b2c3d4e5', more: Partial<SessionFile> = {}) {
  const kind = path.split('/')[0] ?? '';
  return { kind, path, sha256, bytes: 500, masked: false, masked_places: [], ...more };
}

export const row: SessionRow = {
  id: '01A',
  name: 'Customer import',
  origin: 'config',
  config: 'workflows/import.yaml',
  status: 'interrupted',
  run_id: '01RUN',
  snapshots: 1,
  root: '/home/ada/configs',
  created_at: '2026-11-21T17:02:00Z',
  updated_at: '2026-11-21T18:42:00Z',
  confidence: 'complete',
  steps_done: 2,
  steps: 5,
  missing: 0,
};

export const snapshot: SessionSnapshot = {
  id: '01S1',
  status: 'complete',
  files: [
    file('workflows/import.yaml'),
    file('tool-sets/basic.yaml'),
    file('tools/calculator.yaml'),
    file('llms/openai.yaml', 'ffff', {
      masked: true,
      masked_places: [{ line: 4, what: 'name' }],
    }),
  ],
  missing: [],
  unparsed: [],
  ambiguous: [],
  left_out: [],
  sequence: 1,
  at: '2026-11-21T17:02:00Z',
  reason: 'begin',
  strategy: 'standard',
  bytes: 2000,
  encrypted: false,
  closed: false,
};

export const session: SessionShow = {
  ...row,
  strategy: 'standard',
  snapshots: [snapshot],
  works_with: 'file',
  failures: 0,
};

/** The file is gone, the snapshot whole, and the catalog has another revision. */
export const recovery: SessionRecovery = {
  session_id: '01A',
  candidates: [
    {
      source: 'file',
      ok: false,
      reason: { code: 'config_gone', fields: { path: 'workflows/import.yaml' } },
      differs: 2,
    },
    { source: 'snapshot', ok: true, snapshot: '01S1', sequence: 1, differs: 0 },
    { source: 'embedded', ok: false, reason: { code: 'nothing_embedded' }, differs: 0 },
    { source: 'revision', ok: true, differs: 2 },
  ],
  differences: [
    { path: 'workflows/import.yaml', kind: 'gone' },
    { path: 'tool-sets/basic.yaml', kind: 'changed' },
  ],
  confidence: 'complete',
  alone: 'complete',
  failures: 0,
};
