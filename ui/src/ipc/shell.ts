/** The real transport: Tauri's `invoke`, its channels and its events. */
import { Channel, invoke } from '@tauri-apps/api/core';
import { listen as listenToShell } from '@tauri-apps/api/event';
import type { ProgressReport } from './generated/ProgressReport';
import {
  CallError,
  type CallOptions,
  type CommandName,
  type Events,
  type Input,
  type Output,
  type Shell,
  type Transport,
} from './transport';

async function ask<Answer>(command: string, values?: Record<string, unknown>): Promise<Answer> {
  try {
    return await invoke<Answer>(command, values);
  } catch (thrown) {
    throw CallError.from(thrown);
  }
}

async function call<Name extends CommandName>(
  name: Name,
  input: Input<Name>,
  options: CallOptions = {},
): Promise<Output<Name>> {
  const { onProgress, signal } = options;
  const channel = new Channel<ProgressReport>();
  if (onProgress) channel.onmessage = onProgress;
  if (!signal) return ask<Output<Name>>('call', { name, input, channel });

  if (signal.aborted) throw new CallError({ code: 'cancelled' });
  const task = crypto.randomUUID();
  const cancel = () => void ask('cancel', { task });
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await ask<Output<Name>>('call', { name, input, channel, task });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

function listen<Name extends keyof Events>(
  event: Name,
  listener: (payload: Events[Name]) => void,
  ready: () => void = () => undefined,
): () => void {
  const stopping = listenToShell<Events[Name]>(event, ({ payload }) => listener(payload));
  void stopping.then(ready, ready);
  return () => void stopping.then((stop) => stop());
}

const shell: Shell = {
  pick_folder: (options) => ask('pick_folder', options),
  pick_file: (options) => ask('pick_file', options),
  pick_files: (options) => ask('pick_files', options),
  pick_save: (options) => ask('pick_save', options),
  open_place: (options) => ask('open_place', options),
  open_backup: (options) => ask('open_backup', options),
  open_data_folder: () => ask('open_data_folder'),
  open_run_folder: (options) => ask('open_run_folder', options),
  open_run_file: (options) => ask('open_run_file', options),
  open_task_folder: (options) => ask('open_task_folder', options),
  open_session_copy: (options) => ask('open_session_copy', options),
  page_fault: (options) => ask('page_fault', options),
  use_other_folder: (options) => ask('use_other_folder', options),
  restart: () => ask('restart'),
  window_ready: () => ask('window_ready'),
  ready_to_close: () => ask('ready_to_close'),
  close_window: (options) => ask('close_window', options),
  login_start: () => ask('login_start'),
  start_at_login: (options) => ask('start_at_login', options),
  data_reach: () => ask('data_reach'),
  set_appearance: (options) => ask('set_appearance', options),
};

export const shellTransport: Transport = { call, listen, shell };
