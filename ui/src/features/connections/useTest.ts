import { useRef, useState } from 'react';
import { CallError, type SourceTested } from '@/ipc';

export type Test =
  | { status: 'none' }
  | { status: 'asking' }
  | { status: 'answered'; tested: SourceTested }
  | { status: 'failed'; error: CallError };

const NONE: Test = { status: 'none' };

/** Asks a source whether it answers. One that is not waited for any more is left to itself. */
export function useTest(ask: () => Promise<SourceTested>) {
  const [test, setTest] = useState<Test>(NONE);
  const latest = useRef(0);
  const forget = () => {
    latest.current += 1;
    setTest(NONE);
  };
  const start = async () => {
    latest.current += 1;
    const mine = latest.current;
    const tell = (next: Test) => {
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
