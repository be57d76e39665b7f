import { label, m } from '@/i18n';
import { ALL_KINDS } from '../catalog/kinds';
import { FilterBar } from '../filters/FilterBar';
import { FilterChoice } from '../filters/FilterChoice';
import { PeriodChoice } from '../filters/PeriodChoice';
import type { Period } from '../filters/period';
import { CHANGES, OPERATIONS } from './words';

export interface Filters extends Period {
  operation?: string;
  kind?: string;
  id?: string;
}

interface Props {
  query: string;
  onQuery: (query: string) => void;
  filters: Filters;
  onFilters: (filters: Filters) => void;
}

/** What of Activity is shown: by words, by what was done, to what, and when. */
export function ActivityFilters({ query, onQuery, filters, onFilters }: Props) {
  const { operation, kind, id, since, until } = filters;
  return (
    <FilterBar
      label={m.search_activity()}
      query={query}
      onQuery={onQuery}
      isChosen={[operation, kind, id, since, until].some(Boolean)}
      onClear={() => onFilters({})}
    >
      <FilterChoice
        label={m.filter_operation()}
        all={m.all_operations()}
        options={[
          { value: CHANGES, label: m.changes_alone() },
          ...OPERATIONS.map((value) => ({ value, label: label('operation', value) })),
        ]}
        value={operation}
        onChange={(next) => onFilters({ ...filters, operation: next })}
        data-testid="filter-operation"
      />
      <FilterChoice
        label={m.filter_kind()}
        all={m.all_kinds()}
        options={[
          ...ALL_KINDS.map((value) => ({ value, label: label('kinds', value) })),
          { value: 'run', label: m.nav_runs() },
          { value: 'folder', label: m.nav_task_folders() },
        ]}
        value={kind}
        onChange={(next) => onFilters({ ...filters, kind: next, id: undefined })}
      />
      <PeriodChoice
        period={{ since, until }}
        onChange={(period) => onFilters({ operation, kind, id, ...period })}
      />
    </FilterBar>
  );
}
