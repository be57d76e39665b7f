import { useState } from 'react';
import { Button } from '@/components';
import { begun, label, m } from '@/i18n';
import type { RunBegunBy, RunNeeds, Status } from '@/ipc';
import { FilterBar } from '../filters/FilterBar';
import styles from '../filters/FilterBar.module.css';
import { FilterChoice } from '../filters/FilterChoice';
import { PeriodChoice } from '../filters/PeriodChoice';
import type { Period } from '../filters/period';
import type { View } from './history/search';
import { BEGUN_BY, isBegunBy, isNeed, isStatus, RUN_STATUSES } from './status';
import { UsedFilters } from './UsedFilters';
import { WorkflowPick } from './WorkflowPick';

export interface Filters extends Period {
  workflow?: string;
  status?: Status;
  needs?: RunNeeds;
  begunBy?: RunBegunBy;
  source?: string;
  agent?: string;
  /** A moment: made or ended from then on. */
  touched?: string;
}

interface Props {
  query: string;
  onQuery: (query: string) => void;
  filters: Filters;
  onFilters: (filters: Filters) => void;
  /** What the runs are shown as: the timeline and the calendar have their own times, and the calendar counts by days. */
  view?: View;
}

/** Which runs are shown: by words, of which workflow, what they came to or need, what began them, and when. */
export function RunFilters({ query, onQuery, filters, onFilters, view = 'list' }: Props) {
  const { workflow, status, needs, begunBy, source, agent, since, until, touched } = filters;
  const [isAsked, setMore] = useState(false);
  const isMore = isAsked || [begunBy, source, agent].some(Boolean);
  const workflows = (
    <WorkflowPick
      value={workflow}
      onChange={(next) => onFilters({ ...filters, workflow: next })}
      all={m.all_workflows()}
    />
  );
  if (view === 'calendar') return <div className={styles.tools}>{workflows}</div>;
  return (
    <FilterBar
      label={m.search_runs()}
      query={query}
      onQuery={onQuery}
      isChosen={Object.values(filters).some(Boolean)}
      onClear={() => {
        setMore(false);
        onFilters({});
      }}
    >
      {workflows}
      <FilterChoice
        label={m.field_status()}
        all={m.all_statuses()}
        options={[
          { value: 'answer', label: m.waiting_for_you() },
          { value: 'look', label: m.needs_a_look() },
          ...RUN_STATUSES.map((value) => ({ value, label: begun(label('status', value)) })),
        ]}
        value={needs ?? status}
        onChange={(next) =>
          onFilters({
            ...filters,
            needs: isNeed(next) ? next : undefined,
            status: isStatus(next) ? next : undefined,
          })
        }
        data-testid="filter-status"
      />
      {view === 'list' && (
        <PeriodChoice
          period={{ since, until }}
          touched={touched}
          onChange={(period) =>
            onFilters({
              ...filters,
              ...{ since: undefined, until: undefined, touched: undefined },
              ...period,
            })
          }
        />
      )}
      {isMore ? (
        <MoreFilters filters={filters} onFilters={onFilters} />
      ) : (
        <Button look="quiet" icon="down" onPress={() => setMore(true)} data-testid="filter-more">
          {m.filter_more()}
        </Button>
      )}
    </FilterBar>
  );
}

/** What is asked less often: what began a run, and what it used. */
function MoreFilters({ filters, onFilters }: Pick<Props, 'filters' | 'onFilters'>) {
  return (
    <>
      <FilterChoice
        label={m.run_filter_begun()}
        all={m.run_filter_begun_all()}
        options={BEGUN_BY.map((value) => ({ value, label: label('begun_by', value) }))}
        value={filters.begunBy}
        onChange={(next) => onFilters({ ...filters, begunBy: isBegunBy(next) ? next : undefined })}
        data-testid="filter-begun-by"
      />
      <UsedFilters filters={filters} onFilters={onFilters} />
    </>
  );
}
