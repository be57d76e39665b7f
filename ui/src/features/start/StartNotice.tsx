import { useQuery } from '@tanstack/react-query';
import { Button, Notice } from '@/components';
import { counted, dated, m, sentences } from '@/i18n';
import { sorted } from './needs';
import { startQuery, useSeen } from './queries';
import { openStart } from './store';

/** On the first screen until somebody has understood it: that the app stopped without ending. */
export default function StartNotice() {
  const sheet = useQuery(startQuery()).data;
  const seen = useSeen();
  if (!sheet) return null;
  const needs = sorted(sheet).needs.length;
  return (
    <Notice
      tone="warn"
      icon="info"
      data-testid="start-notice"
      end={
        <>
          <Button onPress={openStart} data-testid="start-look">
            {m.start_notice_look()}
          </Button>
          <Button
            isDisabled={seen.isPending}
            onPress={() => seen.mutate()}
            data-testid="start-seen"
          >
            {m.understood()}
          </Button>
        </>
      }
    >
      {sentences(
        m.start_sheet_title({ time: dated(sheet.stopped_at) }),
        needs > 0 ? counted('start_notice', needs) : m.start_nothing_needs(),
      )}
    </Notice>
  );
}
