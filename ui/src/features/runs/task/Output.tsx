import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, ErrorNotice } from '@/components';
import { bytes, m } from '@/i18n';
import { call, type RunTask } from '@/ipc';
import { OutputView } from '../data/OutputView';
import { Decided } from './Decided';
import styles from './TaskList.module.css';

/** A result of at most so many bytes is shown without being asked for. */
const SMALL = 65_536;

interface Props {
  run: string;
  task: Pick<RunTask, 'id' | 'attempts' | 'output_bytes'>;
  /** Hidden where other words say what it is. */
  heading?: 'shown' | 'hidden';
}

/** A result stays as it is: it is brought once for each attempt, however much its run goes on. */
function outputQuery(run: string, { id, attempts, output_bytes }: Props['task']) {
  return queryOptions({
    queryKey: ['run output', run, id, attempts.length, attempts.at(-1)?.ended_at, output_bytes],
    queryFn: () => call('run_output', { id: run, task: id }),
  });
}

/** What a task gave. A large result is brought when somebody wants to see it. */
export function Output({ run, task, heading = 'shown' }: Props) {
  const [isWanted, setWanted] = useState(false);
  const size = task.output_bytes ?? 0;
  const shown = useQuery({
    ...outputQuery(run, task),
    enabled: size > 0 && (isWanted || size <= SMALL),
  });
  if (size === 0) return null;
  const decided = shown.data?.decided;
  return (
    <section className={styles.part} data-testid={`output-${task.id}`}>
      {heading === 'shown' && <h2>{m.task_output()}</h2>}
      {shown.error && <ErrorNotice error={shown.error} onRetry={() => void shown.refetch()} />}
      {decided && <Decided decided={decided} />}
      {shown.data && !decided && <OutputView value={shown.data.output} label={m.task_output()} />}
      {!shown.data && size > SMALL && (
        <div>
          <Button onPress={() => setWanted(true)} isDisabled={shown.isFetching}>
            {m.task_output_show({ size: bytes(size) })}
          </Button>
        </div>
      )}
    </section>
  );
}
