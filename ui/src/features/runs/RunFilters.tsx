import { Button, Choice, SearchField } from '@/components';
import { begun, label, m } from '@/i18n';
import type { Status } from '@/ipc';
import { PeriodChoice } from '../activity/PeriodChoice';
import type { Period } from '../activity/period';
import styles from './RunsPage.module.css';
import { isStatus, RUN_STATUSES } from './status';
import { WorkflowPick } from './WorkflowPick';

const ALL = '';

export interface Filters extends Period {
  workflow?: string;
  status?: Status;
}

interface Props {
  query: string;
  onQuery: (query: string) => void;
  filters: Filters;
  onFilters: (filters: Filters) => void;
}

/** Which runs are shown: by words, of which workflow, what they came to, and when. */
export function RunFilters({ query, onQuery, filters, onFilters }: Props) {
  const { workflow, status, since, until } = filters;
  const isFiltered = [query.trim(), workflow, status, since, until].some(Boolean);
  return (
    <div className={styles.tools}>
      <div className={styles.search}>
        <SearchField
          label={m.search_runs()}
          value={query}
          onChange={onQuery}
          data-testid="list-search"
        />
      </div>
      <WorkflowPick
        value={workflow}
        onChange={(next) => onFilters({ ...filters, workflow: next })}
        all={m.all_workflows()}
      />
      <div className={styles.choice}>
        <Choice
          label={m.field_status()}
          labelling="hidden"
          options={[
            { value: ALL, label: m.all_statuses() },
            ...RUN_STATUSES.map((value) => ({ value, label: begun(label('status', value)) })),
          ]}
          value={status ?? ALL}
          onChange={(value) =>
            onFilters({ ...filters, status: isStatus(value) ? value : undefined })
          }
          data-testid="filter-status"
        />
      </div>
      <PeriodChoice
        period={{ since, until }}
        onChange={(period) =>
          onFilters({ ...filters, since: undefined, until: undefined, ...period })
        }
      />
      {isFiltered && (
        <Button
          look="quiet"
          onPress={() => {
            onQuery('');
            onFilters({});
          }}
        >
          {m.filter_clear()}
        </Button>
      )}
    </div>
  );
}
