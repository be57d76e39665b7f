import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Card, ErrorNotice, Row } from '@/components';
import { m } from '@/i18n';
import { tellFailure, useCommand } from '../command';
import { ChannelRow } from './ChannelRow';
import { KindTicks } from './KindTicks';
import { MailDialog } from './MailDialog';
import { channelsQuery, NOTICE_TAGS } from './queries';
import Unsent from './Unsent';
import { WebhookDialog } from './WebhookDialog';

/** What one is told when nobody looks, and how. */
export function NoticesCard() {
  const { data, error, refetch } = useQuery(channelsQuery());
  const choose = useCommand('notice_choose', NOTICE_TAGS);
  const [open, setOpen] = useState<'mail' | 'webhook' | null>(null);
  if (error) return <ErrorNotice error={error} onRetry={() => refetch()} />;
  if (!data) return null;
  const described = data.channels.find(({ channel }) => channel === open);
  const close = () => setOpen(null);
  return (
    <>
      <Unsent />
      <Card title={m.notices_title()} data-testid="settings-notices">
        <Row
          detail={
            <KindTicks
              // What was chosen a moment ago, before it is read again.
              kinds={(choose.isPending && choose.variables.kinds) || data.kinds}
              onChange={(kinds) => choose.mutate({ kinds }, { onError: tellFailure })}
            />
          }
        >
          {m.notices_hint()}
        </Row>
        {data.channels.map((channel) => (
          <ChannelRow
            key={channel.channel}
            channel={channel}
            onOpen={channel.channel === 'desktop' ? undefined : setOpen}
          />
        ))}
      </Card>
      {described && open === 'mail' && <MailDialog channel={described} onClose={close} />}
      {described && open === 'webhook' && <WebhookDialog channel={described} onClose={close} />}
    </>
  );
}
