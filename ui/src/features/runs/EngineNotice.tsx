import { useQuery } from '@tanstack/react-query';
import { Notice } from '@/components';
import { m, sayError } from '@/i18n';
import { CallError } from '@/ipc';
import styles from './EngineNotice.module.css';
import { engineQuery } from './queries';

/** Runs stand still because what happens cannot be written: said over every page, with what to do. */
export function EngineNotice() {
  const { data } = useQuery(engineQuery());
  if (!data?.trouble) return null;
  const { code } = data.trouble;
  return (
    <div className={styles.notice} data-testid="engine-trouble">
      <Notice tone="fail" icon="warn">
        {code === 'no_space'
          ? m.engine_no_space()
          : m.engine_stands_still({ reason: sayError(CallError.from(data.trouble)) })}
      </Notice>
    </div>
  );
}
