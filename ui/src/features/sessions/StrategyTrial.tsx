import { useState } from 'react';
import { Button, ErrorNotice, useRested } from '@/components';
import { bytes, counted, m, visible } from '@/i18n';
import type { PickedPlace } from '@/ipc';
import { WorkProgress } from '../plan/WorkProgress';
import { useLongLook } from '../useLongLook';
import styles from './Files.module.css';
import { Findings } from './Findings';
import { pickConfig } from './pick';

/** How long nothing is ticked or typed before it is looked anew, in milliseconds. */
const REST = 300;

interface Props {
  strategy: string;
  /** As they are ticked and typed, saved or not. */
  kinds: readonly string[];
  exclude: readonly string[];
}

/** What a strategy would take of a configuration somebody chooses, as it is ticked and typed. */
export function StrategyTrial(props: Props) {
  const [config, setConfig] = useState<PickedPlace | null>(null);
  const pick = async () => setConfig((await pickConfig()) ?? config);
  return (
    <>
      <div className={styles.pick}>
        {config && (
          <span className={styles.chosen} data-selectable>
            {visible(config.label)}
          </span>
        )}
        <Button icon="file" onPress={() => void pick()} data-testid="strategy-try">
          {config ? m.config_other() : m.strategy_try()}
        </Button>
      </div>
      {config && <Trial config={config} onStop={() => setConfig(null)} {...props} />}
    </>
  );
}

interface TrialProps extends Props {
  config: PickedPlace;
  onStop: () => void;
}

function Trial({ config, strategy, kinds, exclude, onStop }: TrialProps) {
  const wanted = useRested(JSON.stringify({ kinds, exclude }), REST);
  const look = useLongLook('session_preview', {
    config: { picked: config.token },
    strategy,
    ...(JSON.parse(wanted) as { kinds: string[]; exclude: string[] }),
  });
  if (look.error) return <ErrorNotice error={look.error} onRetry={() => void look.refetch()} />;
  if (!look.data)
    return (
      <WorkProgress
        title={m.config_looking()}
        status="running"
        progress={look.progress}
        startedAt={look.startedAt}
        onCancel={onStop}
      />
    );
  const { files, bytes: size } = look.data;
  return (
    <>
      <p data-testid="strategy-takes">
        {counted('strategy_try_takes', files.length, { size: bytes(size) })}
      </p>
      <div className={styles.found}>
        <Findings {...look.data} />
        <p className={styles.rest}>{files.map(({ path }) => visible(path)).join(' · ')}</p>
      </div>
    </>
  );
}
