import { Button, Choice, SearchField } from '@/components';
import { label, m } from '@/i18n';
import { ALL_KINDS } from '../catalog/kinds';
import styles from './ActivityPage.module.css';
import { PeriodChoice } from './PeriodChoice';
import type { Period } from './period';
import { OPERATIONS } from './words';

const ALL = '';

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
  const isFiltered = [query.trim(), operation, kind, id, since, until].some(Boolean);
  return (
    <div className={styles.tools}>
      <div className={styles.search}>
        <SearchField
          label={m.search_activity()}
          value={query}
          onChange={onQuery}
          data-testid="list-search"
        />
      </div>
      <div className={styles.choice}>
        <Choice
          label={m.filter_operation()}
          labelling="hidden"
          options={[
            { value: ALL, label: m.all_operations() },
            ...OPERATIONS.map((value) => ({ value, label: label('operation', value) })),
          ]}
          value={operation ?? ALL}
          onChange={(value) => onFilters({ ...filters, operation: value || undefined })}
        />
      </div>
      <div className={styles.choice}>
        <Choice
          label={m.filter_kind()}
          labelling="hidden"
          options={[
            { value: ALL, label: m.all_kinds() },
            ...ALL_KINDS.map((value) => ({ value, label: label('kinds', value) })),
          ]}
          value={kind ?? ALL}
          onChange={(value) => onFilters({ ...filters, kind: value || undefined, id: undefined })}
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
