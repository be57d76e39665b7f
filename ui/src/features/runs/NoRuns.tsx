import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Empty } from '@/components';
import { m } from '@/i18n';
import { overviewQuery } from '../overview/queries';
import { openRunSheet } from './sheet/store';

/** Whether there is anything to run. */
export function useCanRun(): boolean {
  const { data } = useQuery(overviewQuery());
  return data?.counts.some(({ kind, count }) => kind === 'workflow' && count > 0) ?? false;
}

/** Nothing has run, or nothing that fits. */
export function NoRuns({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  const navigate = useNavigate();
  const canRun = useCanRun();
  if (isFiltered)
    return (
      <Empty
        icon="find"
        title={m.search_nothing()}
        actions={<Button onPress={onClear}>{m.filter_clear()}</Button>}
      >
        {m.run_filter_nothing()}
      </Empty>
    );
  return (
    <Empty
      icon="runs"
      title={m.run_none()}
      actions={
        <>
          <Button
            look={canRun ? 'plain' : 'primary'}
            onPress={() => void navigate({ to: '/workflows' })}
          >
            {m.nav_workflows()}
          </Button>
          {canRun && (
            <Button
              look="primary"
              icon="play"
              onPress={() => openRunSheet()}
              data-testid="run-first"
            >
              {m.run_start_choose()}
            </Button>
          )}
        </>
      }
    >
      {m.run_none_hint()}
    </Empty>
  );
}
