/**
 * The only door to the native side (ARCHITECTURE.md, invariant 1). Features build their queries on
 * `call`; pages use the features' queries. Absent on purpose: file paths — the web side holds
 * tokens of places a person picked.
 */
import { shellTransport } from './shell';
import type { CallOptions, CommandName, Events, Input, Output, Transport } from './transport';

let transport: Transport = shellTransport;

/** For tests: answers from somewhere else than the shell. */
export function setTransport(other: Transport): void {
  transport = other;
}

/** One command of the list that desktop and command line share. Rejects with `CallError`. */
export function call<Name extends CommandName>(
  name: Name,
  input: Input<Name>,
  options?: CallOptions,
): Promise<Output<Name>> {
  return transport.call(name, input, options);
}

/**
 * Hear of something; gives back how to stop hearing of it. `ready` is called once nothing is missed
 * any more, or nothing will be heard of.
 */
export function listen<Name extends keyof Events>(
  event: Name,
  listener: (payload: Events[Name]) => void,
  ready?: () => void,
): () => void {
  return transport.listen(event, listener, ready);
}

/** Native dialogs and the file manager. */
export const shell = new Proxy({} as Transport['shell'], {
  get: (_, name) => Reflect.get(transport.shell, name),
});

export type { CallOptions, CommandName, Events, GoingOn, Input, Output, Reach } from './transport';
export { CallError } from './transport';
export type * from './types';
