/**
 * The seam between the window and the rest: everything the web side can ask for or be told of.
 * The shell is one implementation (`shell.ts`), the tests bring another (`testing.ts`).
 */
import type { AppError } from './generated/AppError';
import type { Commands } from './generated/Commands';
import type { Message } from './generated/Message';
import type { PickedPlace } from './generated/PickedPlace';
import type { ProgressReport } from './generated/ProgressReport';

export type CommandName = keyof Commands;
export type Input<Name extends CommandName> = Commands[Name]['input'];
export type Output<Name extends CommandName> = Commands[Name]['output'];

/** How a long call is followed and stopped. */
export interface CallOptions {
  onProgress?: (report: ProgressReport) => void;
  signal?: AbortSignal;
}

/**
 * Whether the data can be worked with: it is `here`; it is `gone` from where it was; it was changed
 * by a `newer` version of the app, so that this one must be restarted.
 */
export type Reach = 'here' | 'only_read' | 'gone' | 'newer';

/** What goes on in the app, or starts in it by itself: as many of each. */
export interface GoingOn {
  runs: number;
  /** Workflows that start by the clock. */
  schedules: number;
  /** Workflows that start when something happens. */
  listeners: number;
}

/** What the window is told without having asked. */
export interface Events {
  /** Change tags: `workflow`, `workflow:<id>`, `operation`, … */
  changed: string[];
  /** Files and folders dropped on the window. */
  dropped: PickedPlace[];
  /** Something is dragged over the window. */
  drag: 'enter' | 'leave';
  /** The data can no longer be worked with, or can again. */
  reach: Reach;
  /** The window is about to close: what is not kept yet can be kept now. */
  closing: null;
  /** The window was to close while something goes on: the operator says what becomes of it. */
  going_on: GoingOn;
}

/** What only the native side can do. */
export interface Shell {
  pick_folder(options: { title: string }): Promise<PickedPlace | null>;
  pick_file(options: { title: string }): Promise<PickedPlace | null>;
  pick_files(options: { title: string }): Promise<PickedPlace[]>;
  pick_save(options: { title: string; name: string }): Promise<PickedPlace | null>;
  open_place(options: { token: string }): Promise<void>;
  open_backup(options: { id: string }): Promise<void>;
  open_data_folder(): Promise<void>;
  /** Shows where a run left its files, or the archive it made of what lay there before. */
  open_run_folder(options: { id: string; archive: boolean }): Promise<void>;
  /** Opens a file that a task left (`run_output` names its member), or the folder it is in. */
  open_run_file(options: {
    id: string;
    task: string;
    member: string;
    folder: boolean;
  }): Promise<void>;
  /** Shows a task folder, or one of its archives. */
  open_task_folder(options: { id: string; archive?: string }): Promise<void>;
  /** Shows a copy of its files that a session has: the one of which this folder was told, else that it goes on with. */
  open_session_copy(options: { id: string; copy?: string }): Promise<void>;
  /** Writes down that a page could not be drawn. */
  page_fault(options: { text: string }): Promise<void>;
  /** Starts anew with the chosen data folder; resolves only when the dialog was closed. */
  use_other_folder(options: { title: string }): Promise<void>;
  /** Starts the app anew. */
  restart(): Promise<void>;
  window_ready(): Promise<void>;
  /** The answer to `closing`: nothing is left to keep. */
  ready_to_close(): Promise<void>;
  /** Closes the window; the app ends, or stays without one. */
  close_window(options: { stay: boolean }): Promise<void>;
  /** Whether the app starts at login. */
  login_start(): Promise<boolean>;
  /** Switches that; answers how it is then. */
  start_at_login(options: { on: boolean }): Promise<boolean>;
  /** What `reach` last told, also before this page was there to hear it. */
  data_reach(): Promise<Reach>;
  set_appearance(options: { language: string; theme: string }): Promise<void>;
}

export interface Transport {
  call<Name extends CommandName>(
    name: Name,
    input: Input<Name>,
    options?: CallOptions,
  ): Promise<Output<Name>>;
  listen<Name extends keyof Events>(
    event: Name,
    listener: (payload: Events[Name]) => void,
    /** Called once nothing is missed any more, or nothing will be heard of. */
    ready?: () => void,
  ): () => void;
  shell: Shell;
}

/** An `AppError` as something that can be thrown and recognised. */
export class CallError extends Error implements AppError {
  readonly code: string;
  readonly hints: string[];
  readonly fields: Record<string, string>;
  readonly retryable: boolean;
  readonly because?: Message;

  constructor(error: Partial<AppError>) {
    super(error.message ?? '');
    this.name = 'CallError';
    this.code = error.code ?? 'internal';
    this.hints = error.hints ?? [];
    this.fields = error.fields ?? {};
    this.retryable = error.retryable ?? false;
    if (error.because) this.because = error.because;
  }

  /** Whatever was thrown, as a `CallError`. */
  static from(thrown: unknown): CallError {
    if (thrown instanceof CallError) return thrown;
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown) {
      return new CallError(thrown as Partial<AppError>);
    }
    return new CallError({
      code: 'internal',
      message: thrown instanceof Error ? thrown.message : String(thrown),
    });
  }
}
