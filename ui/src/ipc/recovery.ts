/**
 * What the recovery window can ask of the shell. It opens when the data cannot be opened, so none
 * of the commands on the data are here.
 */
import { invoke } from '@tauri-apps/api/core';
import type { AppError } from './generated/AppError';
import type { PickedPlace } from './generated/PickedPlace';
import { CallError } from './transport';

/** Why the window is open. */
export interface RecoveryState {
  error: AppError;
  /** The data folder, as a person reads it. */
  folder: string;
  /** Whether this start was told the folder; then another one is for this start only. */
  told: boolean;
  /** Whether the folder was chosen in the window, so that there is a usual one to go back to. */
  chosen: boolean;
  /** What would help: a backup in a new database or a copy; of newer data only the copy from before. */
  remedy: 'nothing' | 'earlier_copy' | 'restore';
  /** The newest good backup made from this data folder that is still where it was. */
  backup: PickedPlace | null;
  /** The system's languages, in order of preference. */
  languages: string[];
}

/** A sound copy of the database; newer than the newest good backup where that would help as well. */
export interface SafetyCopy {
  place: PickedPlace;
  made_at: string;
}

/** What was done. */
export interface Recovered {
  /** Documents there are now. */
  documents: number;
  /** Where the database that could not be opened lies now. */
  set_aside: string;
}

async function ask<Answer>(command: string, values?: Record<string, unknown>): Promise<Answer> {
  try {
    return await invoke<Answer>(command, values);
  } catch (thrown) {
    throw CallError.from(thrown);
  }
}

export const recovery = {
  state: () => ask<RecoveryState>('recovery_state'),
  /** It is read from end to end first: that may take a moment. */
  safetyCopy: () => ask<SafetyCopy | null>('recovery_safety_copy'),
  openFolder: () => ask<void>('recovery_open_folder'),
  /** Starts anew with the chosen folder; resolves only when the dialog was closed. */
  chooseFolder: (title: string) => ask<void>('recovery_choose_folder', { title }),
  /** Forgets the chosen folder and starts anew. */
  usualFolder: () => ask<void>('recovery_usual_folder'),
  pickBackup: (title: string) => ask<PickedPlace | null>('recovery_pick_backup', { title }),
  restore: (token: string) => ask<Recovered>('recovery_restore', { token }),
  /** Starts anew. */
  tryAgain: () => ask<void>('recovery_try_again'),
  ready: () => ask<void>('window_ready'),
};
