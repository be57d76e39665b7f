import { useEffect, useState } from 'react';
import { Button, Progress } from '@/components';
import { counted, m, number, words } from '@/i18n';
import type { ProgressReport } from '@/ipc';
import styles from './WorkProgress.module.css';

interface Props {
  title: string;
  status: 'running' | 'cancelling' | string;
  progress: ProgressReport | null;
  startedAt: number;
  onCancel: () => void;
  /** Said after the count. */
  after?: string;
}

/** Long work: what is being done, how far, about how long still, and how to stop it. */
export function WorkProgress({ title, status, progress, startedAt, onCancel, after }: Props) {
  const now = useNow(status === 'running');
  const left = timeLeft(progress, now - startedAt);
  const parts = [
    progress && phaseWords(progress.phase),
    progress?.total
      ? m.progress_count({ done: number(progress.done), total: number(progress.total) })
      : progress && progress.done > 0 && number(progress.done),
    progress?.name,
    left,
    after,
  ].filter(Boolean);
  return (
    <div className={styles.work} data-testid="progress">
      <div className={styles.line}>
        <div className={styles.words}>
          <div className={styles.title}>{status === 'cancelling' ? m.cancelling() : title}</div>
          <div className={styles.detail}>{parts.join(' · ') || m.starting()}</div>
        </div>
        <Button onPress={onCancel} isDisabled={status === 'cancelling'} data-testid="cancel-work">
          {m.cancel()}
        </Button>
      </div>
      <Progress label={title} done={progress?.done ?? 0} total={progress?.total ?? null} />
    </div>
  );
}

function phaseWords(phase: string): string {
  return words(`phase_${phase}`) ?? phase;
}

/** Guessed from the pace so far, once there is a pace. Both in milliseconds. */
export function timeLeft(progress: ProgressReport | null, elapsed: number): string | null {
  if (!progress?.total || progress.done === 0 || elapsed < 1500) return null;
  const seconds = ((elapsed / progress.done) * (progress.total - progress.done)) / 1000;
  if (seconds < 1) return null;
  return seconds < 90
    ? counted('seconds_left', Math.ceil(seconds))
    : counted('minutes_left', Math.round(seconds / 60));
}

function useNow(ticking: boolean): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}
