import type { ReactNode } from 'react';
import { Button, SearchField } from '@/components';
import { m } from '@/i18n';
import styles from './FilterBar.module.css';

interface Props {
  /** What the words are looked for in. */
  label: string;
  query: string;
  onQuery: (query: string) => void;
  /** Whether anything beside the words is chosen. */
  isChosen: boolean;
  onClear: () => void;
  /** What else a list is filtered by. */
  children: ReactNode;
}

/** What of a list is shown: by words and by what can be chosen; and the way back to all of it. */
export function FilterBar({ label, query, onQuery, isChosen, onClear, children }: Props) {
  return (
    <div className={styles.tools}>
      <div className={styles.search}>
        <SearchField label={label} value={query} onChange={onQuery} data-testid="list-search" />
      </div>
      {children}
      {(isChosen || query.trim() !== '') && (
        <Button
          look="quiet"
          onPress={() => {
            onQuery('');
            onClear();
          }}
        >
          {m.filter_clear()}
        </Button>
      )}
    </div>
  );
}
