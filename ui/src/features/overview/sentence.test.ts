import { expect, it } from 'vitest';
import type { BackupRow } from '@/ipc';
import { backupSentence } from './sentence';

const backup = { created_at: new Date().toISOString() } as BackupRow;
const nothing = { backup, changes_since: { documents: 0, deleted: 0, settings: false } };

it('says that nothing changed only when neither documents nor runs nor settings did', () => {
  expect(backupSentence(nothing, 0)).toBe(
    'Last tested backup: just now. Nothing has changed since.',
  );
  expect(backupSentence(nothing, 88)).toBe('Last tested backup: just now. Since then: 88 runs.');
  const changes_since = { documents: 1, deleted: 2, settings: true };
  expect(backupSentence({ backup, changes_since }, 2)).toBe(
    'Last tested backup: just now. Since then: 1 document changed, 2 documents deleted, 2 runs, settings changed.',
  );
});

it('counts nothing against a backup that is not there', () => {
  expect(backupSentence({ ...nothing, backup: null }, 3)).not.toContain('3');
});
