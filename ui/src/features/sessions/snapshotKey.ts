/** The key to what is kept encrypted: saved to a file of one's own, and brought in from one. */
import { toast } from '@/components';
import { m, visible } from '@/i18n';
import { call, shell } from '@/ipc';
import { tellFailure } from '../command';

/** What the file is called unless somebody calls it otherwise. */
const FILE = 'flowkeep-snapshots.key';

/** Answers whether it was saved. */
export async function saveKey(): Promise<boolean> {
  try {
    const to = await shell.pick_save({ title: m.snapshot_key(), name: FILE });
    if (!to) return false;
    await call('session_key_save', { to: { picked: to.token } });
    toast({ text: m.snapshot_key_saved({ path: visible(to.label) }) });
    return true;
  } catch (thrown) {
    tellFailure(thrown);
    return false;
  }
}

/** Answers whether a key came in that was not here. */
export async function addKey(): Promise<boolean> {
  try {
    const from = await shell.pick_file({ title: m.snapshot_key_pick() });
    if (!from) return false;
    const { added, in_use } = await call('session_key_add', { from: { picked: from.token } });
    const told = [added > 0 ? m.snapshot_key_added() : m.snapshot_key_known()];
    if (in_use) told.push(m.snapshot_key_in_use());
    toast({ text: told.join(' ') });
    return added > 0;
  } catch (thrown) {
    tellFailure(thrown);
    return false;
  }
}
