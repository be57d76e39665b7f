import { shell } from '@/ipc';
import { tellFailure } from '../command';

/** End the app, whatever goes on. */
export async function quit(): Promise<void> {
  await shell.close_window({ stay: false }).catch(tellFailure);
}
