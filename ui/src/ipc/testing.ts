/** A transport for tests: each command is a function, events are sent by hand. */
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

export type Answers = {
  [Name in CommandName]?: (
    input: Input<Name>,
    options?: CallOptions,
  ) => Output<Name> | Promise<Output<Name>>;
};

export interface TestTransport extends Transport {
  /** Every call that was made, in order. */
  calls: { name: CommandName; input: unknown }[];
  send<Name extends keyof Events>(event: Name, payload: Events[Name]): void;
}

/** A transport that gives these answers; an unknown command rejects, so that no test passes by luck. */
export function testTransport(answers: Answers, shell: Partial<Shell> = {}): TestTransport {
  const listeners = new Map<string, Set<(payload: never) => void>>();
  const calls: TestTransport['calls'] = [];
  const missing = (name: string) => () =>
    Promise.reject(new CallError({ code: 'unknown_command', message: name }));
  return {
    calls,
    async call(name, input, options) {
      calls.push({ name, input });
      const answer = answers[name];
      if (!answer) throw new CallError({ code: 'unknown_command', message: name });
      return answer(input as never, options) as Promise<Output<typeof name>>;
    },
    listen(event, listener) {
      const known = listeners.get(event) ?? new Set();
      listeners.set(event, known.add(listener as never));
      return () => void known.delete(listener as never);
    },
    send(event, payload) {
      for (const listener of listeners.get(event) ?? []) listener(payload as never);
    },
    shell: new Proxy(shell as Shell, {
      get: (known, name) => Reflect.get(known, name) ?? missing(String(name)),
    }),
  };
}
