import { useSyncExternalStore } from 'react';
import {
  CallError,
  type CommandName,
  call,
  type Input,
  type Output,
  type ProgressReport,
} from '@/ipc';

export interface WorkState<Result> {
  status: 'idle' | 'running' | 'cancelling' | 'done' | 'failed';
  progress: ProgressReport | null;
  /** When it began, by the window's monotonic clock, in milliseconds. */
  startedAt: number;
  result: Result | null;
  error: CallError | null;
}

/**
 * One long command that outlives the page it was started from: its progress can be looked at from
 * anywhere, and it can be cancelled from there.
 */
export class LongWork<Name extends CommandName> {
  readonly #name: Name;
  readonly #idle: WorkState<Output<Name>> = {
    status: 'idle',
    progress: null,
    startedAt: 0,
    result: null,
    error: null,
  };
  #state = this.#idle;
  #controller: AbortController | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(name: Name) {
    this.#name = name;
  }

  get state(): WorkState<Output<Name>> {
    return this.#state;
  }

  /** Start it; rejects with what it failed with. A second start while it runs is refused. */
  async start(input: Input<Name>): Promise<Output<Name>> {
    if (this.#controller) throw new CallError({ code: 'busy' });
    const controller = new AbortController();
    this.#controller = controller;
    this.#set({ ...this.#idle, status: 'running', startedAt: performance.now() });
    try {
      const result = await call(this.#name, input, {
        signal: controller.signal,
        onProgress: (progress) => this.#set({ ...this.#state, progress }),
      });
      this.#set({ ...this.#state, status: 'done', result });
      return result;
    } catch (thrown) {
      const error = CallError.from(thrown);
      if (error.code === 'cancelled') this.#set(this.#idle);
      else this.#set({ ...this.#state, status: 'failed', error });
      throw error;
    } finally {
      this.#controller = null;
    }
  }

  cancel(): void {
    if (!this.#controller) return;
    this.#set({ ...this.#state, status: 'cancelling' });
    this.#controller.abort();
  }

  /** Forget the result or the failure once it was seen. */
  forget(): void {
    if (!this.#controller) this.#set(this.#idle);
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  #set(state: WorkState<Output<Name>>): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** How a long command stands, followed. */
export function useWork<Name extends CommandName>(work: LongWork<Name>): WorkState<Output<Name>> {
  return useSyncExternalStore(work.subscribe, () => work.state);
}
