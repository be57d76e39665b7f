import { begun, label, m } from '@/i18n';
import type { RunNeeds, Status } from '@/ipc';
import { FilterBar } from '../filters/FilterBar';
import { FilterChoice } from '../filters/FilterChoice';
import { PeriodChoice } from '../filters/PeriodChoice';
import type { Period } from '../filters/period';
import { isNeed, isStatus, RUN_STATUSES } from './status';
import { WorkflowPick } from './WorkflowPick';

export interface Filters extends Period {
  workflow?: string;
  status?: Status;
  needs?: RunNeeds;
}

interface Props {
  query: string;
  onQuery: (query: string) => void;
  filters: Filters;
  onFilters: (filters: Filters) => void;
}

/** Which runs are shown: by words, of which workflow, what they came to or need, and when. */
export function RunFilters({ query, onQuery, filters, onFilters }: Props) {
  const { workflow, status, needs, since, until } = filters;
  return (
    <FilterBar
      label={m.search_runs()}
      query={query}
      onQuery={onQuery}
      isChosen={[workflow, status, needs, since, until].some(Boolean)}
      onClear={() => onFilters({})}
    >
      <WorkflowPick
        value={workflow}
        onChange={(next) => onFilters({ ...filters, workflow: next })}
        all={m.all_workflows()}
      />
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
      <PeriodChoice
        period={{ since, until }}
        onChange={(period) => onFilters({ workflow, status, needs, ...period })}
      />
    </FilterBar>
  );
}
