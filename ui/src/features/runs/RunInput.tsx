import { Card, Empty } from '@/components';
import { m } from '@/i18n';
import type { RunShow } from '@/ipc';
import { OutputView } from './data/OutputView';
import { isFields } from './data/shape';
import styles from './RunInput.module.css';

/** What a run was started with. */
export function RunInput({ run }: { run: RunShow }) {
  const isEmpty = !isFields(run.context) || Object.keys(run.context).length === 0;
  return (
    <Card fill="scroll" data-testid="run-input">
      {isEmpty ? (
        <Empty icon="file" title={m.run_input_none()}>
          {m.run_input_none_hint()}
        </Empty>
      ) : (
        <div className={styles.body}>
          <OutputView value={run.context} label={m.run_input()} />
        </div>
      )}
    </Card>
  );
}
