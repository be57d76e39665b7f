import { Button, Row, Segments } from '@/components';
import { begun, dated, m, say, visible } from '@/i18n';
import type { NoticeChannel } from '@/ipc';
import { tellFailure, useCommand } from '../command';
import styles from './Notices.module.css';
import { NOTICE_TAGS } from './queries';
import { useNoticeTest } from './useNoticeTest';

const NAMES = {
  desktop: m.notice_channel_desktop,
  mail: m.notice_channel_mail,
  webhook: m.notice_channel_webhook,
};

const HINTS = {
  desktop: m.notice_desktop_hint,
  mail: m.notice_mail_hint,
  webhook: m.notice_webhook_hint,
};

interface Props {
  channel: NoticeChannel;
  /** Where there is something to describe. */
  onOpen?: (channel: 'mail' | 'webhook') => void;
}

/** One way on which notices leave: whether it does, where it leads, what came of it last. */
export function ChannelRow({ channel, onOpen }: Props) {
  const set = useCommand('notice_set', NOTICE_TAGS);
  const { channel: name } = channel;
  const { test, tested, isTrying } = useNoticeTest({ channel: name });
  const isDescribed =
    name === 'desktop' || channel.mail !== undefined || channel.form !== undefined;
  const label = NAMES[name]();
  return (
    <Row
      detail={
        <>
          {where(channel) ?? HINTS[name]()}
          {channel.held && <div className={styles.warn}>{begun(m.notice_held_back())}</div>}
          {tested ? (
            <div className={styles[tested.tone]} role="status" data-testid={`tested-${name}`}>
              {tested.text}
            </div>
          ) : (
            <Last channel={channel} />
          )}
        </>
      }
      end={
        <span className={styles.acts}>
          {isDescribed && (
            <Button
              isPending={isTrying}
              onPress={() => void test()}
              data-testid={`notice-test-${name}`}
            >
              {isTrying ? m.notice_trying() : m.notice_try()}
            </Button>
          )}
          {name !== 'desktop' && onOpen && (
            <Button onPress={() => onOpen(name)} data-testid={`notice-set-${name}`}>
              {isDescribed ? m.notice_change() : m.notice_set_up()}
            </Button>
          )}
          {isDescribed && (
            <Segments
              label={m.notice_switch({ channel: label })}
              value={channel.on ? 'on' : 'off'}
              onChange={(next) =>
                set.mutate({ channel: name, on: next === 'on' }, { onError: tellFailure })
              }
              options={[
                { value: 'on', label: m.switch_on(), testid: `notice-on-${name}` },
                { value: 'off', label: m.switch_off(), testid: `notice-off-${name}` },
              ]}
            />
          )}
        </span>
      }
      data-testid={`notice-channel-${name}`}
    >
      {label}
    </Row>
  );
}

function Last({ channel }: { channel: NoticeChannel }) {
  if (!channel.used_at) return null;
  const time = dated(channel.used_at);
  return (
    <div className={channel.error ? styles.warn : undefined}>
      {channel.error
        ? m.notice_last_failed({ time, why: visible(say(channel.error)) })
        : m.notice_last_sent({ time })}
    </div>
  );
}

function where({ mail, host }: NoticeChannel): string | undefined {
  if (mail) return visible(`${mail.to.join(', ')} · ${mail.host}:${mail.port}`);
  return host ? visible(host) : undefined;
}
