import { useState } from 'react';
import type { Note } from '@/components';
import { begun, say, sayError } from '@/i18n';
import type { CallError, NoticeChannel, NoticeSetInput } from '@/ipc';
import { useCommand } from '../command';
import { NOTICE_TAGS } from './queries';
import { useNoticeTest } from './useNoticeTest';

/** Keeps or tries what a form describes; what is wrong with a field is told under it. */
export function useChannelForm(channel: NoticeChannel, onClose: () => void) {
  const set = useCommand('notice_set', NOTICE_TAGS);
  const testing = useNoticeTest();
  const [wrong, setWrong] = useState<CallError | null>(null);
  // What is there and switched off stays off.
  const isChange = (channel.mail ?? channel.form) != null && !channel.held;
  const save = (input: NoticeSetInput) =>
    set.mutate(isChange ? input : { ...input, on: true }, {
      onSuccess: onClose,
      onError: setWrong,
    });
  const field = wrong?.fields?.field;
  return {
    ...testing,
    save,
    isSaving: set.isPending,
    notes: (name: string): Note[] | undefined =>
      wrong && field === name
        ? [{ tone: 'problem', text: wrong.because ? begun(say(wrong.because)) : sayError(wrong) }]
        : undefined,
    /** What is wrong and belongs to no field. */
    wrong: wrong && field === undefined ? sayError(wrong) : undefined,
  };
}
