import { useEffect, useRef } from 'react';
import type { View } from '@/components/timeline';
import { type RunSearch, seenOf } from './search';

/** So long nothing moves before it is written to the address, in milliseconds. */
const RESTED = 300;

/** Keeps in the address what is seen of the time, once one has come to rest there. */
export function useKeptView(
  view: View | undefined,
  search: RunSearch,
  onSearch: (search: RunSearch) => void,
) {
  const now = useRef({ search, onSearch });
  now.current = { search, onSearch };
  useEffect(() => {
    const { at, zoom } = seenOf(view);
    const keep = () => {
      const { search, onSearch } = now.current;
      if (search.at !== at || search.zoom !== zoom) onSearch({ ...search, at, zoom });
    };
    const timer = setTimeout(keep, RESTED);
    return () => clearTimeout(timer);
  }, [view]);
}
