/** What the engine says of tasks, which it knows by their ids. */
import { CallError, type Message } from '@/ipc';

/** Fields of our messages that hold the id of a task. */
const TASKS = ['task', 'fallback', 'to'];

/** A message with the names people call the tasks by, where they are known. */
export function named(message: Message, names: ReadonlyMap<string, string>): Message {
  if (!message.fields) return message;
  const fields = Object.entries(message.fields).map(([key, value]) => [
    key,
    TASKS.includes(key) ? (names.get(value) ?? value) : value,
  ]);
  return { ...message, fields: Object.fromEntries(fields) };
}

/** An error with the names people call the tasks by, where they are known. */
export function namedError(
  thrown: unknown,
  { tasks }: { tasks: readonly { id: string; name: string }[] },
): CallError {
  const error = CallError.from(thrown);
  const names = new Map(tasks.map(({ id, name }) => [id, name]));
  const { fields = {} } = named({ code: error.code, fields: error.fields }, names);
  const { because } = error;
  return new CallError({ ...error, fields, because: because && named(because, names) });
}
