import type { IconName, Tone } from '@/components';
import { m, took } from '@/i18n';
import type { RunPreview } from '@/ipc';

export type PreviewTask = RunPreview['tasks'][number];
type Spread = NonNullable<RunPreview['expected']>;

/** What is known of the data sources and the secrets by now. */
export interface Known {
  sources: RunPreview['sources'];
  secrets: RunPreview['secrets'];
  isAsking: boolean;
}

/** What a task would meet, the worst of it. */
export type Meets =
  | 'no_source'
  | 'no_input'
  | 'no_agent'
  | 'silent'
  | 'no_secret'
  | 'on_call'
  | 'person'
  | 'asking'
  | 'answers'
  | 'unasked'
  | 'ready';

interface Look {
  icon: IconName;
  tone: Tone;
  words: () => string;
}

export const LOOKS: Record<Meets, Look> = {
  no_source: { icon: 'warn', tone: 'warn', words: m.preflight_no_source },
  no_input: { icon: 'warn', tone: 'warn', words: m.preflight_no_input },
  no_agent: { icon: 'warn', tone: 'warn', words: m.preflight_no_agent },
  silent: { icon: 'warn', tone: 'warn', words: m.preflight_silent },
  no_secret: { icon: 'key', tone: 'warn', words: m.preflight_no_secret },
  on_call: { icon: 'skip', tone: 'off', words: m.preflight_on_call },
  person: { icon: 'person', tone: 'wait', words: m.preflight_person },
  asking: { icon: 'clock', tone: 'off', words: m.preflight_asking },
  answers: { icon: 'check', tone: 'ok', words: m.preflight_answers },
  unasked: { icon: 'clock', tone: 'off', words: m.preflight_unasked },
  ready: { icon: 'check', tone: 'ok', words: m.preflight_ready },
};

/** Whether a task needs it: it names it, or it is the password of its source. */
export function needs(task: PreviewTask, { secret, connection }: Known['secrets'][number]) {
  return (
    task.secrets?.includes(secret) === true ||
    (connection !== undefined && connection === task.source)
  );
}

/** What a task would meet. */
export function meets(task: PreviewTask, known: Known): Meets {
  const source = known.sources.find((one) => one.name === task.source);
  if (task.no_source) return 'no_source';
  if (task.no_input) return 'no_input';
  if (task.no_agent) return 'no_agent';
  if (known.secrets.some((secret) => needs(task, secret))) return 'no_secret';
  if (source?.answers === false) return 'silent';
  if (task.on_call) return 'on_call';
  if (task.worker === 'person') return 'person';
  if (!source) return 'ready';
  if (source.answers) return 'answers';
  return known.isAsking ? 'asking' : 'unasked';
}

/** Tasks that no agent can do, by what none of them can: each such word as the core calls it. */
export function unserved(tasks: readonly PreviewTask[]): Map<string, PreviewTask[]> {
  const found = new Map<string, PreviewTask[]>();
  for (const task of tasks) {
    if (!task.no_agent) continue;
    const needed = task.no_agent.fields?.needed ?? '';
    found.set(needed, [...(found.get(needed) ?? []), task]);
  }
  return found;
}

/** Tasks that would meet the same. */
export interface Group {
  key: string;
  meets: Meets;
  tasks: PreviewTask[];
}

/** So many tasks are told one by one. */
const ONE_BY_ONE = 12;

/** The tasks in their order: one by one while they are few, else those together that meet the same. */
export function grouped(tasks: readonly PreviewTask[], known: Known): Group[] {
  const groups = new Map<string, Group>();
  for (const task of tasks) {
    const met = meets(task, known);
    const why = task.order ?? task.rule ?? '';
    const key = tasks.length <= ONE_BY_ONE ? task.id : [met, task.source ?? '', why].join(' ');
    const group = groups.get(key);
    if (group) group.tasks.push(task);
    else groups.set(key, { key, meets: met, tasks: [task] });
  }
  return [...groups.values()];
}

/** Where the mostly longest is no more than this many times the usual, it is not told. */
const ALIKE = 2;

/** How long it may take, in words. */
export function expectedWords(spread: Spread | undefined): string {
  if (!spread) return m.expected_none();
  const { count, median, p90 } = spread;
  const length = took(median);
  if (count === 1) return m.expected_once({ length });
  if (p90 <= median * ALIKE) return m.expected({ length, count });
  return m.expected_wide({ length, longest: took(p90), count });
}
