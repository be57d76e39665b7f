import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, ErrorNotice } from '@/components';
import { bytes, m } from '@/i18n';
import { call, type RunOutput, type RunTask } from '@/ipc';
import { namesOf } from '../data/names';
import { OutputView } from '../data/OutputView';
import { isFields } from '../data/shape';
import { Decided } from './Decided';
import { LeftFile } from './LeftFile';
import styles from './TaskPanel.module.css';

/** A result of at most so many bytes is shown without being asked for. */
const SMALL = 65_536;

interface Props {
  run: string;
  task: Pick<RunTask, 'id' | 'action' | 'attempts' | 'output_bytes'>;
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
  const { decided, files = [] } = shown.data ?? {};
  const rest = decided ? undefined : besideFiles(shown.data);
  return (
    <section className={styles.part} data-testid={`output-${task.id}`}>
      {heading === 'shown' && <h2>{m.task_output()}</h2>}
      {shown.error && <ErrorNotice error={shown.error} onRetry={() => void shown.refetch()} />}
      {decided && <Decided decided={decided} />}
      {rest !== undefined && (
        <OutputView value={rest} label={m.task_output()} names={namesOf(task.action)} />
      )}
      {files.map((file) => (
        <LeftFile key={file.member} run={run} task={task.id} file={file} />
      ))}
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

/** What an output says besides the files it names, which are shown by themselves; nothing where that is all. */
function besideFiles(shown: RunOutput | undefined): unknown {
  if (!shown) return undefined;
  const { output, files = [] } = shown;
  if (files.length === 0 || !isFields(output)) return output;
  const named = files.map((file) => file.member);
  if (named.includes('')) return undefined;
  const rest = Object.entries(output).filter(([name]) => !named.includes(name));
  return rest.length > 0 ? Object.fromEntries(rest) : undefined;
}
