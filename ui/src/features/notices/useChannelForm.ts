import { useState } from 'react';
import type { Note } from '@/components';
import { begun, say, sayError } from '@/i18n';
import type { CallError, NoticeChannel, NoticeSetInput } from '@/ipc';
import { useCommand } from '../command';
import { NOTICE_TAGS } from './queries';
import { useNoticeTest } from './useNoticeTest';

/**
 * Keeps or tries what a form describes; what is wrong with a field is told under it. What came of it is
 * told only as long as the form describes the same.
 */
export function useChannelForm(channel: NoticeChannel, input: NoticeSetInput, onClose: () => void) {
  const set = useCommand('notice_set', NOTICE_TAGS);
  const testing = useNoticeTest(input);
  const [wrong, setWrong] = useState<CallError | null>(null);
  const [tried, setTried] = useState('');
  const described = JSON.stringify(input);
  const isSame = tried === described;
  // What is there and switched off stays off.
  const isChange = (channel.mail ?? channel.form) != null && !channel.held;
  const begin = () => {
    setTried(described);
    setWrong(null);
  };
  const test = () => {
    begin();
    void testing.test();
  };
  const save = () => {
    if (set.isPending) return;
    testing.forget();
    begin();
    set.mutate(isChange ? input : { ...input, on: true }, {
      onSuccess: onClose,
      onError: setWrong,
    });
  };
  const told = isSame ? wrong : null;
  const field = told?.fields?.field;
  const other =
    told && field === undefined ? { tone: 'warn' as const, text: sayError(told) } : null;
  return {
    test,
    save,
    isTrying: testing.isTrying,
    isSaving: set.isPending,
    notes: (name: string): Note[] | undefined =>
      told && field === name
        ? [{ tone: 'problem', text: told.because ? begun(say(told.because)) : sayError(told) }]
        : undefined,
    /** What is wrong and belongs to no field, or what came of a test. */
    said: other ?? (isSame ? testing.tested : undefined),
  };
}
