import { Button, Card, Row, Segments } from '@/components';
import { m } from '@/i18n';
import type { Settings, SettingsUpdate } from '@/ipc';
import { addKey, saveKey } from '../sessions/snapshotKey';

interface Props {
  settings: Settings;
  onChange: (next: SettingsUpdate) => void;
}

/** Whether the configuration of sessions is kept, and what becomes of the keys in it. */
export function SnapshotsCard({ settings, onChange }: Props) {
  const { snapshots, snapshot_secrets } = settings;
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
            onChange={(next) => onChange({ snapshot_secrets: next })}
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
      {snapshot_secrets === 'encrypted' && (
        <>
          <Row
            detail={m.snapshot_key_hint()}
            end={
              <Button onPress={() => void saveKey()} data-testid="snapshot-key-save">
                {m.snapshot_key_save()}
              </Button>
            }
          >
            {m.snapshot_key()}
          </Row>
          <Row
            detail={m.snapshot_key_other_hint()}
            end={
              <Button onPress={() => void addKey()} data-testid="snapshot-key-add">
                {m.snapshot_key_add()}
              </Button>
            }
          >
            {m.snapshot_key_other()}
          </Row>
        </>
      )}
    </Card>
  );
}
