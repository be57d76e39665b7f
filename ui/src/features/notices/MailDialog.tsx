import { useState } from 'react';
import { Button, Row, Segments, TextField } from '@/components';
import { m, visible } from '@/i18n';
import { type NoticeChannel, type NoticeSetInput, shell } from '@/ipc';
import { tellFailure } from '../command';
import { ChannelDialog } from './ChannelDialog';
import { mailForm, mailInput, withSecurity } from './mailForm';
import styles from './Notices.module.css';

interface Props {
  channel: NoticeChannel;
  onClose: () => void;
}

/** How mails are sent. */
export function MailDialog({ channel, onClose }: Props) {
  const [form, setForm] = useState(() => mailForm(channel.mail));
  const [ca, setCa] = useState<{ name: string; given: Partial<NoticeSetInput> } | null>(null);
  const input = { ...mailInput(form), ...ca?.given };
  const put = (part: Partial<typeof form>) => setForm((now) => ({ ...now, ...part }));
  const authority = ca ? ca.name : channel.mail?.ca;
  const chooseAuthority = async () => {
    try {
      const [file] = await shell.pick_files({ title: m.notice_mail_ca() });
      if (file) setCa({ name: file.label, given: { ca: { picked: file.token } } });
    } catch (thrown) {
      tellFailure(thrown);
    }
  };
  return (
    <ChannelDialog channel={channel} title={m.notice_mail_title()} input={input} onClose={onClose}>
      {(notes) => (
        <>
          <div className={styles.pair}>
            <TextField
              label={m.notice_mail_host()}
              value={form.host}
              onChange={(host) => put({ host })}
              placeholder="smtp.example.com"
              notes={notes('host')}
              autoFocus
              data-testid="mail-host"
            />
            <TextField
              label={m.notice_mail_port()}
              value={form.port}
              onChange={(port) => put({ port })}
              inputMode="numeric"
              notes={notes('port')}
              data-testid="mail-port"
            />
          </div>
          <Segments
            label={m.notice_mail_security()}
            labelling="shown"
            value={form.security}
            onChange={(security) => setForm((now) => withSecurity(now, security))}
            options={[
              { value: 'starttls', label: m.notice_security_starttls() },
              { value: 'tls', label: m.notice_security_tls() },
              { value: 'none', label: m.notice_security_none(), testid: 'mail-security-none' },
            ]}
          />
          {form.security === 'none' && (
            <p className={styles.tested}>{m.notice_security_none_hint()}</p>
          )}
          <div className={styles.halves}>
            <TextField
              label={m.notice_mail_user()}
              value={form.user}
              onChange={(user) => put({ user })}
              hint={m.notice_mail_user_hint()}
              notes={notes('user')}
              data-testid="mail-user"
            />
            <TextField
              label={m.notice_mail_password()}
              face="secret"
              value={form.password}
              onChange={(password) => put({ password })}
              hint={channel.with_secret ? m.notice_kept_secret() : undefined}
              notes={notes('secret')}
              data-testid="mail-password"
            />
          </div>
          <TextField
            label={m.notice_mail_from()}
            value={form.from}
            onChange={(from) => put({ from })}
            placeholder="Flowkeep <flowkeep@example.com>"
            notes={notes('from')}
            data-testid="mail-from"
          />
          <TextField
            label={m.notice_mail_to()}
            value={form.to}
            onChange={(to) => put({ to })}
            hint={m.notice_mail_to_hint()}
            notes={notes('to')}
            data-testid="mail-to"
          />
          {form.security !== 'none' && (
            <div className={styles.authority}>
              <Row
                detail={authority ? visible(authority) : m.notice_mail_ca_none()}
                end={
                  <span className={styles.acts}>
                    {authority && (
                      <Button onPress={() => setCa({ name: '', given: { without_ca: true } })}>
                        {m.notice_mail_ca_system()}
                      </Button>
                    )}
                    <Button onPress={() => void chooseAuthority()}>
                      {m.notice_mail_ca_choose()}
                    </Button>
                  </span>
                }
              >
                {m.notice_mail_ca()}
              </Row>
            </div>
          )}
        </>
      )}
    </ChannelDialog>
  );
}
