import { useState } from 'react';
import { begun, m, say, sayError, visible } from '@/i18n';
import { CallError, call, type NoticeSetInput } from '@/ipc';

/** What a test came to: one sentence, good or bad. */
export interface Tested {
  tone: 'ok' | 'warn';
  text: string;
}

/** Sends a message on a channel as it is described now, and says what came of it. */
export function useNoticeTest() {
  const [tested, setTested] = useState<Tested | null>(null);
  const [isTrying, setTrying] = useState(false);
  const test = async (input: NoticeSetInput) => {
    setTrying(true);
    setTested(null);
    try {
      const { error } = await call('notice_test', input);
      setTested(
        error
          ? { tone: 'warn', text: begun(visible(say(error))) }
          : { tone: 'ok', text: m.notice_test_sent() },
      );
    } catch (thrown) {
      setTested({ tone: 'warn', text: sayError(CallError.from(thrown)) });
    } finally {
      setTrying(false);
    }
  };
  return { test, tested, isTrying };
}
