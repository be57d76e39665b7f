import { useState } from 'react';
import { Button, Card, Row, Segments, toast } from '@/components';
import { counted, m } from '@/i18n';
import { type CleanUpResult, call, type Settings, type SettingsUpdate, shell } from '@/ipc';
import { tellFailure } from '../command';
import { CleanUpSnapshots } from '../sessions/CleanUpSnapshots';
import { keptDays } from '../sessions/cleanUp';
import { CleanUpDialog } from './CleanUpDialog';
import { LimitField } from './LimitField';
import { type Limits, ruleOf } from './limits';

interface Props {
  settings: Settings;
  onChange: (next: SettingsUpdate) => void;
}

/** What becomes too old to keep: limits that show what they would take before they hold. */
export function HistoryCard({ settings, onChange }: Props) {
  const now: Limits = { days: settings.keep_days, runs: settings.keep_runs };
  const kept = keptDays(settings);
  const [isCleaning, setCleaning] = useState(false);
  const [asked, setAsked] = useState<{ limits: Limits; found: CleanUpResult } | null>(null);
  const limit = async (limits: Limits) => {
    const rule = ruleOf(limits);
    try {
      const found = rule && (await call('log_clean_up', { ...rule, dry_run: true }));
      if (found && found.rows > 0) setAsked({ limits, found });
      else if (limits.days === now.days && limits.runs === now.runs)
        toast({ text: m.clean_up_nothing() });
      else keep(limits);
    } catch (thrown) {
      tellFailure(thrown);
    }
  };
  const keep = ({ days, runs }: Limits) => onChange({ keep_days: days ?? 0, keep_runs: runs ?? 0 });
  const removed = (limits: Limits, done: CleanUpResult) => {
    setAsked(null);
    // Limits that held while it is cancelled would remove the rest all the same.
    if (!done.cancelled) keep(limits);
    toast({ text: counted('clean_up_done', done.runs + done.executions) });
  };
  return (
    <Card title={m.settings_history()} data-testid="settings-history">
      <Row
        detail={m.keep_days_hint()}
        end={
          <LimitField
            // What was typed and then not wanted is gone.
            key={`days ${asked === null}`}
            label={m.keep_days()}
            none={m.limit_never()}
            value={now.days}
            onChange={(days) => void limit({ ...now, days })}
            data-testid="keep-days"
          />
        }
      >
        {m.keep_days()}
      </Row>
      <Row
        detail={m.keep_runs_hint()}
        end={
          <LimitField
            key={`runs ${asked === null}`}
            label={m.keep_runs()}
            none={m.limit_none()}
            value={now.runs}
            onChange={(runs) => void limit({ ...now, runs })}
            data-testid="keep-runs"
          />
        }
      >
        {m.keep_runs()}
      </Row>
      <Row
        detail={kept === null ? m.snapshots_kept_for_good() : counted('snapshots_kept_days', kept)}
        end={
          <Button onPress={() => setCleaning(true)} data-testid="snapshot-keep">
            {m.archives_clean_up_look()}
          </Button>
        }
      >
        {m.snapshots_old()}
      </Row>
      {ruleOf(now) && (
        <Row
          detail={m.clean_up_hint()}
          end={
            <Button onPress={() => void limit(now)} data-testid="clean-up">
              {m.clean_up_look()}
            </Button>
          }
        >
          {m.clean_up()}
        </Row>
      )}
      <Row
        detail={m.log_storage_hint()}
        end={
          <Segments
            label={m.log_storage()}
            value={settings.log_storage}
            onChange={(log_storage) => onChange({ log_storage })}
            options={[
              { value: 'database', label: m.log_storage_database() },
              { value: 'both', label: m.log_storage_both(), testid: 'log-storage-both' },
              { value: 'files', label: m.log_storage_files() },
            ]}
          />
        }
      >
        {m.log_storage()}
      </Row>
      {settings.log_storage !== 'database' && (
        <Row
          detail={<span data-selectable>{settings.log_dir ?? m.log_dir_own()}</span>}
          end={
            <Button onPress={() => void chooseFolder(onChange)} data-testid="log-dir">
              {m.change_folder()}
            </Button>
          }
        >
          {m.log_dir()}
        </Row>
      )}
      {isCleaning && <CleanUpSnapshots settings={settings} onClose={() => setCleaning(false)} />}
      {asked && (
        <CleanUpDialog
          {...asked}
          onClose={() => setAsked(null)}
          onDone={(done) => removed(asked.limits, done)}
        />
      )}
    </Card>
  );
}

async function chooseFolder(onChange: Props['onChange']): Promise<void> {
  try {
    const folder = await shell.pick_folder({ title: m.log_dir_pick() });
    if (folder) onChange({ log_dir: { picked: folder.token } });
  } catch (thrown) {
    tellFailure(thrown);
  }
}
