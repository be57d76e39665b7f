import { m } from '@/i18n';
import { type PickedPlace, shell } from '@/ipc';
import { tellFailure, useCommand } from '../command';

/** Let the operator choose the folder that backups go into, and remember it. */
export function useChooseFolder() {
  const update = useCommand('settings_update', ['settings', 'backup']);
  return async (): Promise<PickedPlace | null> => {
    try {
      const folder = await shell.pick_folder({ title: m.backup_pick_title() });
      if (!folder) return null;
      await update.mutateAsync({
        backup_folder: { picked: folder.token },
        backup_folder_asked: true,
      });
      return folder;
    } catch (thrown) {
      tellFailure(thrown);
      return null;
    }
  };
}
