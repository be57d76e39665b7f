import { useState } from 'react';
import { Choice, TextField } from '@/components';
import { m } from '@/i18n';
import type { NoticeChannel, NoticeSetInput, WebhookForm } from '@/ipc';
import { ChannelDialog } from './ChannelDialog';

interface Props {
  channel: NoticeChannel;
  onClose: () => void;
}

const FORMS: { value: WebhookForm; label: () => string }[] = [
  { value: 'wecom', label: m.notice_form_wecom },
  { value: 'dingtalk', label: m.notice_form_dingtalk },
  { value: 'feishu', label: m.notice_form_feishu },
  { value: 'json', label: m.notice_form_json },
];

/** Where a webhook leads. Its address carries a key and is not shown again. */
export function WebhookDialog({ channel, onClose }: Props) {
  const [form, setForm] = useState<WebhookForm>(channel.form ?? 'wecom');
  const [address, setAddress] = useState('');
  const [signing, setSigning] = useState('');
  const signs = form === 'dingtalk' || form === 'feishu';
  const input: NoticeSetInput = {
    channel: 'webhook',
    form,
    ...(address.trim() === '' ? {} : { secret: address }),
    ...(signs && signing !== '' ? { signing } : {}),
  };
  return (
    <ChannelDialog
      channel={channel}
      title={m.notice_webhook_title()}
      input={input}
      onClose={onClose}
    >
      {(notes) => (
        <>
          <Choice
            label={m.notice_webhook_form()}
            options={FORMS.map(({ value, label }) => ({ value, label: label() }))}
            value={form}
            onChange={(next) => setForm(next as WebhookForm)}
            hint={form === 'dingtalk' ? m.notice_dingtalk_hint() : undefined}
            data-testid="webhook-form"
          />
          <TextField
            label={m.notice_webhook_address()}
            face="secret"
            value={address}
            onChange={setAddress}
            hint={channel.with_secret ? m.notice_kept_secret() : m.notice_webhook_address_hint()}
            notes={notes('secret')}
            data-testid="webhook-address"
          />
          {signs && (
            <TextField
              label={m.notice_webhook_signing()}
              face="secret"
              value={signing}
              onChange={setSigning}
              hint={channel.with_signing ? m.notice_kept_secret() : m.notice_webhook_signing_hint()}
              data-testid="webhook-signing"
            />
          )}
        </>
      )}
    </ChannelDialog>
  );
}
