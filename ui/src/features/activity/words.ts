import type { IconName } from '@/components';
import { counted, label, m, say, visible, words } from '@/i18n';
import type { OperationRow } from '@/ipc';

/** In the place of an operation: whatever changed documents or settings. */
export const CHANGES = 'changes';

/** The operations that can be asked for, in the order of the list. */
export const OPERATIONS = [
  'create',
  'update',
  'delete',
  'undelete',
  'revert',
  'duplicate',
  'template_use',
  'import',
  'backup',
  'restore',
  'undo',
  'settings',
  'connection_add',
  'connection_update',
  'connection_remove',
  'connection_caught_up',
  'connection_settle_ours',
  'connection_settle_theirs',
  'secret_set',
  'secret_remove',
  'secret_start_over',
  'session_key_add',
  'folder_create',
  'folder_adopt',
  'folder_set',
  'folder_forget',
  'folder_archive',
  'folder_archive_undone',
  'folder_clean_up',
  'folder_put_back',
  'folder_put_back_undone',
  'folder_list',
  'session_create',
  'session_import',
  'session_snapshot',
  'session_restore',
  'session_put_back',
  'session_go_on',
  'session_clean_up',
  'session_link',
  'session_relink',
  'session_roots_add',
  'session_roots_remove',
  'session_scrub',
  'session_move_store',
  'log_clean_up',
  'example_add',
  'example_remove',
  'run_start',
  'run_retry',
  'run_approve',
  'run_send_back',
  'run_pause',
  'run_resume',
  'run_cancel',
  'run_delete',
  'run_undelete',
  'run_rerun',
  'run_done',
  'run_failed',
  'schedule_pause',
  'schedule_resume',
  'schedules_resume',
  'schedules_leave',
  'schedule_missed',
  'schedules_held',
  'notices_dismiss',
] as const;

const ICONS: Record<string, IconName> = {
  create: 'plus',
  update: 'file',
  delete: 'trash',
  undelete: 'undo',
  revert: 'undo',
  duplicate: 'copy',
  import: 'import',
  restore: 'undo',
  undo: 'undo',
  backup: 'shield',
  settings: 'settings',
  connection_add: 'plus',
  connection_update: 'settings',
  connection_remove: 'trash',
  connection_caught_up: 'check',
  connection_settle_ours: 'check',
  connection_settle_theirs: 'check',
  secret_set: 'shield',
  secret_remove: 'trash',
  secret_start_over: 'trash',
  session_key_add: 'shield',
  folder_create: 'plus',
  folder_adopt: 'folder',
  folder_set: 'settings',
  folder_forget: 'cross',
  folder_archive: 'box',
  folder_archive_undone: 'undo',
  folder_clean_up: 'trash',
  folder_put_back: 'undo',
  folder_put_back_undone: 'undo',
  folder_list: 'tick_list',
  session_create: 'plus',
  session_import: 'import',
  session_snapshot: 'box',
  session_clean_up: 'trash',
  session_link: 'folder',
  session_relink: 'folder',
  session_roots_add: 'plus',
  session_roots_remove: 'cross',
  session_scrub: 'check',
  session_move_store: 'folder',
  session_restore: 'undo',
  session_put_back: 'undo',
  session_go_on: 'play',
  log_clean_up: 'trash',
  run_start: 'play',
  run_retry: 'play',
  run_approve: 'check',
  run_send_back: 'undo',
  run_pause: 'pause',
  run_resume: 'play',
  run_cancel: 'stop',
  run_delete: 'trash',
  run_undelete: 'undo',
  run_rerun: 'play',
  run_done: 'check',
  run_failed: 'cross',
  schedule_pause: 'pause',
  schedule_resume: 'play',
  schedules_resume: 'play',
  schedules_leave: 'pause',
  schedules_held: 'pause',
  schedule_missed: 'cross',
  notices_dismiss: 'cross',
  example_add: 'box',
  example_remove: 'box',
};

export function operationIcon(operation: string): IconName {
  return ICONS[operation] ?? 'activity';
}

/** What was done to what: `Changed “Nightly sync”`, `Imported 12 documents from “samples”`. */
export function operationSentence(row: OperationRow): string {
  const { operation, subject_name, count, undone } = row;
  // What an undo took back is done again.
  if (undone === 'undo') return m.did_redo_named({ name: visible(subject_name ?? '') });
  if (operation === 'settings') return settingsSentence(subject_name);
  if (undone)
    return m.did_undo_of({ what: operationSentence({ ...row, operation: undone, undone: null }) });
  const of = row.subject && words(`did_${operation}_of`, { name: say(row.subject) });
  if (of) return of;
  const name = visible(subject_name ?? '');
  const plural = (key: string) => {
    const sentence = counted(key, count, { name });
    return sentence.startsWith(key) ? undefined : sentence;
  };
  return (
    (subject_name && count > 0 && plural(`did_${operation}_from`)) ||
    (subject_name && words(`did_${operation}_named`, { name })) ||
    (count > 0 && plural(`did_${operation}`)) ||
    label('operation', operation)
  );
}

/** Which settings were changed, in the words of their page. */
function settingsSentence(keys: string | null): string {
  const names = (keys ?? '').split(', ').map((key) => words(`setting_${key}`));
  const known = names.filter((name) => name !== undefined);
  return known.length > 0
    ? m.did_settings_named({ name: known.join(m.list_separator()) })
    : m.operation_settings();
}
