import { Link } from '@tanstack/react-router';
import { Card, Icon } from '@/components';
import { m, number, took, visible } from '@/i18n';
import type { RunOverview } from '@/ipc';
import { between, roughly, SLOW, useNow } from '../runs/now';
import styles from './OverviewPage.module.css';

/** The tasks that wait for a person, the longest first; each leads to its question. */
export function WaitingCard({ runs }: { runs: RunOverview }) {
  const now = useNow(SLOW);
  const more = runs.asking - runs.asks.length;
  return (
    <Card
      title={m.waiting_for_you()}
      icon="person"
      tone="wait"
      aside={number(runs.asking)}
      data-testid="waiting-for-you"
    >
      {runs.asks.map((ask) => (
        <Link
          key={`${ask.run_id} ${ask.task}`}
          to="/runs/$id"
          params={{ id: ask.run_id }}
          className={styles.link}
          data-testid="ask"
        >
          <span className={styles.what}>
            <span className={styles.what}>
              <b>{visible(ask.workflow_name)}</b> · {visible(ask.task_name)}
            </span>
            <small>
              {ask.deleted && `${m.asks_deleted()} · `}
              {ask.status === 'interrupted' && `${m.asks_what_became()} · `}
              {m.asks_for({ length: took(roughly(between(ask.since, null, now))) })}
            </small>
          </span>
          <Icon name="right" />
        </Link>
      ))}
      {more > 0 && (
        <Link
          to="/runs"
          search={{ needs: 'answer' }}
          className={styles.link}
          data-testid="more-asks"
        >
          <span>{m.and_more({ count: number(more) })}</span>
        </Link>
      )}
    </Card>
  );
}
