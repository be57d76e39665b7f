/** What the engine says of tasks, which it knows by their ids. */
import type { Message } from '@/ipc';

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
