import { useQuery } from '@tanstack/react-query';
import { Button, Notice } from '@/components';
import { begun, dated, m, say, sentences, visible, whole } from '@/i18n';
import type { Message, ScheduleRow } from '@/ipc';
import { tellFailure, useCommand } from '../command';
import { LoginOffer } from '../settings/LoginSwitch';
import { cronWords } from './cron';
import { isObject, type View } from './draft/edits';
import { faultsOf, schedulePreviewQuery, scheduleQuery } from './schedules';

/** The cron line and the zone of a workflow that starts by the clock; nothing where it does not. */
export function timesOf(view: View): { cron: string; zone: string } | undefined {
  if (!isObject(view)) return undefined;
  const { trigger, schedule } = view;
  if (trigger !== 'schedule' && (trigger != null || schedule == null)) return undefined;
  if (typeof schedule === 'string') return { cron: schedule, zone: '' };
  const text = (key: string) => {
    const value = isObject(schedule) ? schedule[key] : undefined;
    return typeof value === 'string' ? value : '';
  };
  return { cron: text('cron'), zone: text('zone') };
}

/** When what is being written would start; what is wrong with it where nothing can be read. */
export function TriggerNote({ view }: { view: View }) {
  const times = timesOf(view);
  const preview = useQuery({
    ...schedulePreviewQuery(times?.cron ?? '', times?.zone ?? ''),
    enabled: times !== undefined,
  });
  const { data } = preview;
  if (!times || !data) return null;
  if (data.problem) {
    return (
      <Notice tone="warn" icon="info" data-testid="trigger-note">
        {begun(say(data.problem))}
      </Notice>
    );
  }
  const next = data.next.map((time) => dated(time)).join(' · ');
  return (
    <>
      <Notice tone="off" icon="info" data-testid="trigger-note">
        {sentences(
          cronWords(times.cron),
          next ? m.schedule_times({ times: next, zone: data.zone ?? '' }) : m.schedule_times_none(),
        )}
        <br />
        <small>{m.schedule_needs_engine()}</small>
      </Notice>
      {next && <LoginOffer />}
    </>
  );
}

interface SavedProps {
  workflow: string;
  /** What is said beside it, by its code. */
  told?: readonly string[];
}

/** What starts a workflow that is saved, with its switch. */
export function SavedTriggerNote({ workflow, told = [] }: SavedProps) {
  const { data } = useQuery(scheduleQuery(workflow));
  const row = data?.items[0];
  if (!row) return null;
  const isTold = ({ code, fields }: Message) =>
    told.includes(code) || (fields?.code !== undefined && told.includes(fields.code));
  const why = faultsOf(row).filter((fault) => !isTold(fault));
  return (
    <>
      <Notice
        tone={row.paused || row.why ? 'warn' : 'off'}
        icon="info"
        end={<Switch row={row} />}
        data-testid="trigger-note"
      >
        {sentences(
          row.paused ? m.schedule_off() : starts(row),
          ...why.map((fault) => whole(say(fault))),
        )}
      </Notice>
      {!row.paused && <LoginOffer />}
    </>
  );
}

function starts(row: ScheduleRow): string {
  if (row.folder) {
    const folder = visible(row.folder);
    return row.pattern
      ? m.schedule_watches_pattern({ folder, pattern: visible(row.pattern) })
      : m.schedule_watches({ folder });
  }
  if (row.event) return m.schedule_listens({ event: visible(row.event) });
  if (row.next) return m.schedule_goes_on({ time: dated(row.next) });
  return row.why ? '' : m.schedule_times_none();
}

function Switch({ row }: { row: ScheduleRow }) {
  const pause = useCommand('schedule_pause', ['schedule', 'operation']);
  const resume = useCommand('schedule_resume', ['schedule', 'operation']);
  const change = row.paused ? resume : pause;
  return (
    <Button
      onPress={() => change.mutate({ id: row.workflow_id }, { onError: tellFailure })}
      data-testid="schedule-switch"
    >
      {row.paused ? m.schedule_resume() : m.schedule_pause()}
    </Button>
  );
}
