import { Chip, Icon, type IconName, type Tone } from '@/components';
import { begun, label, m } from '@/i18n';
import type { RunBegunBy, RunNeeds, RunNoted, Status } from '@/ipc';

const LOOKS: Record<Status, { icon: IconName; tone: Tone }> = {
  queued: { icon: 'clock', tone: 'off' },
  waiting: { icon: 'person', tone: 'wait' },
  running: { icon: 'play', tone: 'run' },
  paused: { icon: 'pause', tone: 'off' },
  succeeded: { icon: 'check', tone: 'ok' },
  failed: { icon: 'cross', tone: 'fail' },
  cancelled: { icon: 'stop', tone: 'off' },
  skipped: { icon: 'skip', tone: 'off' },
  interrupted: { icon: 'warn', tone: 'warn' },
};

/** The statuses in the order in which people look for them. */
export const RUN_STATUSES = [
  'running',
  'waiting',
  'failed',
  'interrupted',
  'queued',
  'paused',
  'succeeded',
  'cancelled',
] as const satisfies readonly Status[];

const FINAL: readonly Status[] = ['succeeded', 'failed', 'cancelled', 'skipped'];

/** Whether it never changes again. */
export function isFinal(status: Status): boolean {
  return FINAL.includes(status);
}

/** Whether a run has a workflow that can be carried out once more: one of the catalog, or a file of its session. */
export function canRepeat(run: { workflow_id: string | null; session?: string }): boolean {
  return run.workflow_id !== null || run.session !== undefined;
}

export function isStatus(word: string | undefined): word is Status {
  return word !== undefined && word in LOOKS;
}

/** What a run may need a person for. */
const NEEDS: readonly RunNeeds[] = ['answer', 'look'];

export function isNeed(word: string | undefined): word is RunNeeds {
  return NEEDS.some((need) => need === word);
}

export const BEGUN_BY: readonly RunBegunBy[] = ['person', 'schedule', 'event', 'run'];

export function isBegunBy(word: string | undefined): word is RunBegunBy {
  return BEGUN_BY.some((one) => one === word);
}

/** What a run that succeeded all the same warned of. */
const NOTED: { icon: IconName; tone: Tone } = { icon: 'warn', tone: 'warn' };

interface Props {
  status: Status;
  /** What is to be known of a run although it succeeded; that stands beside it in words. */
  noted?: RunNoted;
}

function looksOf({ status, noted }: Props) {
  return noted ? NOTED : LOOKS[status];
}

/** A status by icon, words and colour. */
export function StatusChip({ status, noted }: Props) {
  return (
    <Chip {...looksOf({ status, noted })}>
      {begun(noted ? m.status_noted() : label('status', status))}
    </Chip>
  );
}

/** A status where its words stand beside it. */
export function StatusMark({ status, noted }: Props) {
  const { icon, tone } = looksOf({ status, noted });
  return (
    <span style={{ display: 'grid', color: `var(--${tone})` }}>
      <Icon name={icon} />
    </span>
  );
}
