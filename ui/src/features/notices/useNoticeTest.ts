import { begun, m, say, sayError, visible } from '@/i18n';
import { call, type NoticeSetInput, type Output } from '@/ipc';
import { type Test, useTest } from '../useTest';

/** What a test came to: one sentence, good or bad. */
export interface Tested {
  tone: 'ok' | 'warn';
  text: string;
}

/** Sends a message on a channel as it is described, and says what came of it. */
export function useNoticeTest(input: NoticeSetInput) {
  const { test, start, forget } = useTest(() => call('notice_test', input));
  return { test: start, forget, tested: toldOf(test), isTrying: test.status === 'asking' };
}

function toldOf(test: Test<Output<'notice_test'>>): Tested | undefined {
  if (test.status === 'failed') return { tone: 'warn', text: sayError(test.error) };
  if (test.status !== 'answered') return undefined;
  const { error } = test.tested;
  return error
    ? { tone: 'warn', text: begun(visible(say(error))) }
    : { tone: 'ok', text: m.notice_test_sent() };
}
