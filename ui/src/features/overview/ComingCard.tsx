import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Card, Icon, Notice } from '@/components';
import { counted, dated, m, say, sentences, visible, whole } from '@/i18n';
import type { ScheduleHeld, ScheduleRow } from '@/ipc';
import { comingQuery, faultsOf } from '../catalog/schedules';
import { tellFailure, useCommand } from '../command';
import styles from './OverviewPage.module.css';

/** What starts by itself next. */
export function ComingCard() {
  const { data } = useQuery(comingQuery());
  const coming = data?.items.filter((row) => row.next) ?? [];
  // What a notice says is not said here again.
  const told = new Set(data?.missing.map((row) => row.workflow_id));
  if (coming.length === 0) return null;
  return (
    <Card title={m.coming_up()} icon="runs" data-testid="coming-up">
      {coming.map((row) => (
        <Link
          key={row.workflow_id}
          to="/runs"
          search={{ workflow: row.workflow_id }}
          className={styles.link}
        >
          <span className={styles.what}>
            <b>{visible(row.name)}</b>
            <small>{dated(row.next ?? '')}</small>
            {row.hindered && !told.has(row.workflow_id) && (
              <small className={styles.why} data-testid="coming-hindered">
                {sentences(
                  whole(m.coming_hindered({ why: say(row.hindered) })),
                  ...(row.also ?? []).map((also) => whole(say(also))),
                )}
              </small>
            )}
          </span>
          <Icon name="right" />
        </Link>
      ))}
    </Card>
  );
}

/** What did not start by itself, and what does not until somebody says so. */
export function ScheduleNotices() {
  const { data } = useQuery(comingQuery());
  if (!data) return null;
  return (
    <>
      {data.held.map((held) => (
        <HeldNotice key={held.cause} held={held} />
      ))}
      {data.missing.map((row) => (
        <MissedNotice key={row.workflow_id} row={row} />
      ))}
    </>
  );
}

function HeldNotice({ held }: { held: ScheduleHeld }) {
  const resume = useCommand('schedule_resume_all', ['schedule', 'operation']);
  const leave = useCommand('schedule_leave_all', ['schedule', 'operation']);
  const { cause } = held;
  const names = held.names.map(visible).join(m.list_separator());
  return (
    <Notice
      tone="warn"
      icon="info"
      end={
        <>
          <Button onPress={() => resume.mutate({ cause }, { onError: tellFailure })}>
            {m.schedules_go_on()}
          </Button>
          <Button onPress={() => leave.mutate({ cause }, { onError: tellFailure })}>
            {m.schedules_leave()}
          </Button>
        </>
      }
      data-testid="schedules-held"
    >
      <p>{sentences(counted('schedules_held', held.count), whole(say(held.why)))}</p>
      <small>{held.count > held.names.length ? m.schedules_held_among({ names }) : names}</small>
    </Notice>
  );
}

function MissedNotice({ row }: { row: ScheduleRow }) {
  const seen = useCommand('schedule_seen', ['schedule']);
  const { workflow_id: id, missed } = row;
  return (
    <Notice
      tone="warn"
      icon="info"
      end={
        <Button onPress={() => seen.mutate({ id, missed }, { onError: tellFailure })}>
          {m.understood()}
        </Button>
      }
      data-testid="schedule-missed"
    >
      {sentences(
        missed > 0
          ? counted('schedule_missed', missed, { name: visible(row.name) })
          : m.schedule_troubled({ name: visible(row.name) }),
        ...faultsOf(row).map((fault) => whole(say(fault))),
      )}
    </Notice>
  );
}
