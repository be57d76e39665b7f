import { useRef, useState } from 'react';
import { CallError } from '@/ipc';

export type Test<Answer> =
  | { status: 'none' }
  | { status: 'asking' }
  | { status: 'answered'; tested: Answer }
  | { status: 'failed'; error: CallError };

/** Tries something and keeps what came of it. What is not waited for any more is left to itself. */
export function useTest<Answer>(ask: () => Promise<Answer>) {
  const [test, setTest] = useState<Test<Answer>>({ status: 'none' });
  const latest = useRef(0);
  const forget = () => {
    latest.current += 1;
    setTest({ status: 'none' });
  };
  const start = async () => {
    latest.current += 1;
    const mine = latest.current;
    const tell = (next: Test<Answer>) => {
      if (mine === latest.current) setTest(next);
    };
    setTest({ status: 'asking' });
    try {
      tell({ status: 'answered', tested: await ask() });
    } catch (thrown) {
      tell({ status: 'failed', error: CallError.from(thrown) });
    }
  };
  return { test, start, forget };
}
