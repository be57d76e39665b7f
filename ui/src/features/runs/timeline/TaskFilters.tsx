import { useSearchWords } from '@/components';
import { begun, label, m } from '@/i18n';
import type { RunTask } from '@/ipc';
import { FilterBar } from '../../filters/FilterBar';
import { FilterChoice } from '../../filters/FilterChoice';
import { isStatus } from '../status';
import type { RunSearch } from './search';

type Wish = Pick<RunSearch, 'q' | 'only' | 'attempt'>;

interface Props {
  tasks: readonly RunTask[];
  wish: Wish;
  onWish: (wish: Wish) => void;
}

/** Which tasks are shown: by name, by what they came to, by their attempts. */
export function TaskFilters({ tasks, wish, onWish }: Props) {
  const { q, only, attempt } = wish;
  const { query, setQuery } = useSearchWords(q, (words) => onWish({ ...wish, q: words }));
  const there = [...new Set([...tasks.map(({ status }) => status), ...(only ? [only] : [])])];
  return (
    <FilterBar
      label={m.timeline_search()}
      query={query}
      onQuery={setQuery}
      isChosen={only !== undefined || attempt !== undefined}
      onClear={() => onWish({ ...wish, only: undefined, attempt: undefined })}
    >
      <FilterChoice
        label={m.field_status()}
        all={m.all_statuses()}
        options={there.map((value) => ({ value, label: begun(label('status', value)) }))}
        value={only}
        onChange={(next) => onWish({ ...wish, only: isStatus(next) ? next : undefined })}
        data-testid="filter-status"
      />
      <FilterChoice
        label={m.timeline_attempts()}
        all={m.timeline_attempts_all()}
        options={[
          { value: 'last', label: m.timeline_attempts_last() },
          { value: 'again', label: m.timeline_attempts_again() },
        ]}
        value={attempt}
        onChange={(next) =>
          onWish({ ...wish, attempt: next === 'last' || next === 'again' ? next : undefined })
        }
        data-testid="filter-attempts"
      />
    </FilterBar>
  );
}
