import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, Card, Dialog, Notice, Row, Segments, Spring } from '@/components';
import { counted, m } from '@/i18n';
import type { Settings, SettingsUpdate, SnapshotKeyShow } from '@/ipc';
import { UnlockButton } from '../connections/UnlockButton';
import { snapshotKeyQuery } from '../sessions/queries';
import { addKey, saveKey } from '../sessions/snapshotKey';

interface Props {
  settings: Settings;
  onChange: (next: SettingsUpdate) => void;
}

/** Whether the configuration of sessions is kept, and what becomes of the keys in it. */
export function SnapshotsCard({ settings, onChange }: Props) {
  const { snapshots, snapshot_secrets } = settings;
  const key = useQuery(snapshotKeyQuery()).data;
  // Whoever switches it on is asked once the key has been made.
  const [isAsked, setAsked] = useState(false);
  return (
    <Card title={m.settings_snapshots()} data-testid="settings-snapshots">
      <Row
        detail={snapshots === 'on' ? m.settings_snapshots_hint() : m.settings_snapshots_off_hint()}
        end={
          <Segments
            label={m.settings_snapshots_kept()}
            value={snapshots}
            onChange={(next) => onChange({ snapshots: next })}
            options={[
              { value: 'on', label: m.snapshots_switch_on(), testid: 'snapshots-on' },
              { value: 'off', label: m.snapshots_switch_off(), testid: 'snapshots-off' },
            ]}
          />
        }
      >
        {m.settings_snapshots_kept()}
      </Row>
      <Row
        detail={m.snapshot_secrets_hint()}
        end={
          <Segments
            label={m.snapshot_secrets()}
            value={snapshot_secrets}
            onChange={(next) => {
              onChange({ snapshot_secrets: next });
              setAsked(next === 'encrypted');
            }}
            options={[
              { value: 'masked', label: m.snapshot_secrets_masked(), testid: 'secrets-masked' },
              {
                value: 'encrypted',
                label: m.snapshot_secrets_encrypted(),
                testid: 'secrets-encrypted',
              },
            ]}
          />
        }
      >
        {m.snapshot_secrets()}
      </Row>
      {(snapshot_secrets === 'encrypted' || key?.encrypted) && <KeyRows shown={key} />}
      {isAsked && snapshot_secrets === 'encrypted' && <SaveNow onClose={() => setAsked(false)} />}
    </Card>
  );
}

/** The key to what is kept encrypted: that it is there or not, a copy of it, and that of another computer. */
function KeyRows({ shown }: { shown: SnapshotKeyShow | undefined }) {
  const stands = shown?.key;
  const closed = stands === 'there' ? (shown?.closed ?? 0) : 0;
  const client = useQueryClient();
  const save = async () => {
    if (await saveKey()) void client.invalidateQueries(snapshotKeyQuery());
  };
  const add = async () => {
    if (await addKey()) void client.invalidateQueries(snapshotKeyQuery());
  };
  const isAway = stands === 'gone' || stands === 'behind' || stands === 'locked';
  return (
    <>
      {stands === 'behind' && (
        <Notice tone="fail" icon="warn" data-testid="snapshot-key-behind">
          {m.snapshot_key_behind()}
        </Notice>
      )}
      {shown?.unsaved !== undefined && (
        <Notice tone="warn" icon="key" data-testid="snapshot-key-unsaved">
          {shown.is_another ? m.snapshot_key_another() : m.snapshot_key_unsaved()}
        </Notice>
      )}
      {stands === 'gone' && (
        <Notice tone="fail" icon="warn" data-testid="snapshot-key-gone">
          {m.snapshot_key_gone()}
        </Notice>
      )}
      {closed > 0 && (
        <Notice tone="warn" icon="key" data-testid="snapshots-closed">
          {counted('snapshots_closed', closed)}
        </Notice>
      )}
      {stands === 'locked' && (
        <Notice tone="warn" icon="lock" end={<UnlockButton />} data-testid="snapshot-key-locked">
          {m.snapshot_key_locked()}
        </Notice>
      )}
      <Row
        detail={m.snapshot_key_hint()}
        end={
          !isAway && (
            <Button
              look={shown?.unsaved !== undefined ? 'primary' : 'plain'}
              onPress={() => void save()}
              data-testid="snapshot-key-save"
            >
              {m.session_key_save()}
            </Button>
          )
        }
      >
        {m.snapshot_key()}
      </Row>
      <Row
        detail={m.snapshot_key_other_hint()}
        end={
          <Button
            look={stands === 'gone' || closed > 0 ? 'primary' : 'plain'}
            onPress={() => void add()}
            data-testid="snapshot-key-add"
          >
            {m.session_key_add()}
          </Button>
        }
      >
        {m.snapshot_key_other()}
      </Row>
    </>
  );
}

/** What is encrypted from now on is lost with its key, so that the copy is offered at once. */
function SaveNow({ onClose }: { onClose: () => void }) {
  const save = async () => {
    if (await saveKey()) onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={m.snapshot_key_now_title()}
      data-testid="dialog-save-key"
      foot={
        <>
          <Spring />
          <Button onPress={onClose} data-testid="save-key-later">
            {m.snapshot_key_later()}
          </Button>
          <Button look="primary" autoFocus onPress={() => void save()} data-testid="save-key-now">
            {m.session_key_save()}
          </Button>
        </>
      }
    >
      <p>{m.snapshot_key_now_words()}</p>
    </Dialog>
  );
}
