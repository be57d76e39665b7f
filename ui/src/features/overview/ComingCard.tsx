import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Card, Icon, Notice } from '@/components';
import { begun, counted, dated, m, say, visible } from '@/i18n';
import { comingQuery } from '../catalog/schedules';
import { tellFailure, useCommand } from '../command';
import styles from './OverviewPage.module.css';

/** What starts by itself next. */
export function ComingCard() {
  const { data } = useQuery(comingQuery());
  const coming = data?.items.filter((row) => row.next) ?? [];
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
  const resume = useCommand('schedule_resume_all', ['schedule', 'operation']);
  const seen = useCommand('schedule_seen', ['schedule']);
  if (!data) return null;
  return (
    <>
      {data.held > 0 && (
        <Notice
          tone="warn"
          icon="info"
          end={
            <Button onPress={() => resume.mutate({}, { onError: tellFailure })}>
              {m.schedules_go_on()}
            </Button>
          }
          data-testid="schedules-held"
        >
          {counted('schedules_held', data.held)}
          {data.held_because && <small> {begun(say(data.held_because))}</small>}
        </Notice>
      )}
      {data.missing.map((row) => (
        <Notice
          key={row.workflow_id}
          tone="warn"
          icon="info"
          end={
            row.missed > 0 && (
              <Button onPress={() => seen.mutate({}, { onError: tellFailure })}>
                {m.understood()}
              </Button>
            )
          }
          data-testid="schedule-missed"
        >
          {row.missed > 0
            ? counted('schedule_missed', row.missed, { name: visible(row.name) })
            : m.schedule_troubled({ name: visible(row.name) })}
          {row.why && <small> {begun(say(row.why))}</small>}
        </Notice>
      ))}
    </>
  );
}
