import { useDeferredValue, useEffect, useRef, useState } from 'react';

/**
 * What is typed into a search field, and what of it the address holds. The address follows the
 * typing; where it changes by itself, as when one goes back, the field follows it.
 */
export function useSearchWords(held: string | undefined, hold: (words?: string) => void) {
  const [query, setQuery] = useState(held ?? '');
  const words = useDeferredValue(query.trim()) || undefined;
  const told = useRef(held);
  useEffect(() => {
    if (held !== told.current) {
      told.current = held;
      setQuery(held ?? '');
    } else if (words !== held && words === (query.trim() || undefined)) {
      told.current = words;
      hold(words);
    }
  });
  return { query, setQuery, words };
}
