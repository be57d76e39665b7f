import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, ErrorNotice } from '@/components';
import { bytes, m } from '@/i18n';
import { call, type RunTask } from '@/ipc';
import { OutputView } from '../data/OutputView';
import styles from './TaskList.module.css';

interface Props {
  run: string;
  task: RunTask;
}

function outputQuery(run: string, task: string) {
  return queryOptions({
    queryKey: ['run output', run, task],
    queryFn: async () => (await call('run_output', { id: run, task })).output,
    meta: { tags: [`run:${run}`] },
  });
}

/** What a task gave. A large result is brought when somebody wants to see it. */
export function Output({ run, task }: Props) {
  const [isWanted, setWanted] = useState(false);
  const isLarge = task.output === undefined;
  const whole = useQuery({ ...outputQuery(run, task.id), enabled: isLarge && isWanted });
  const output = isLarge ? whole.data : task.output;
  if (task.output_bytes === undefined) return null;
  return (
    <section className={styles.part} data-testid={`output-${task.id}`}>
      <h2>{m.task_output()}</h2>
      {whole.error && <ErrorNotice error={whole.error} />}
      {output === undefined ? (
        <div>
          <Button onPress={() => setWanted(true)} isDisabled={whole.isFetching}>
            {m.task_output_show({ size: bytes(task.output_bytes) })}
          </Button>
        </div>
      ) : (
        <OutputView value={output} label={m.task_output()} />
      )}
    </section>
  );
}
