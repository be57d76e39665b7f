import { useEffect, useState } from 'react';

/** What is typed, once typing has rested for so many milliseconds. */
export function useRested<Value>(typed: Value, rest: number): Value {
  const [rested, setRested] = useState(typed);
  useEffect(() => {
    const wait = setTimeout(() => setRested(typed), rest);
    return () => clearTimeout(wait);
  }, [typed, rest]);
  return rested;
}
