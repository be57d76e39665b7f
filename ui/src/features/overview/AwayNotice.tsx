import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Notice } from '@/components';
import { counted, dated, m } from '@/i18n';
import { awayQuery } from './away';

/** What ended while nobody looked, until somebody has understood it. */
export default function AwayNotice() {
  const client = useQueryClient();
  const { data } = useQuery({ ...awayQuery(), enabled: false });
  if (!data?.since) return null;
  const { since, ended, failed } = data;
  return (
    <Notice
      tone={failed > 0 ? 'fail' : 'ok'}
      icon={failed > 0 ? 'cross' : 'check'}
      data-testid="away-notice"
      end={
        <Button
          onPress={() => client.setQueryData(awayQuery().queryKey, { ...data, since: null })}
          data-testid="away-seen"
        >
          {m.understood()}
        </Button>
      }
    >
      {counted('away_ended', ended, { time: dated(since) })}
      {failed > 0 && (
        <>
          {' '}
          <Link to="/runs" search={{ status: 'failed', touched: since }}>
            {counted('away_failed', failed)}
          </Link>
        </>
      )}
    </Notice>
  );
}
