import { useState } from 'react';
import { Button, Card, Row, Segments } from '@/components';
import { m } from '@/i18n';
import type { FolderShow } from '@/ipc';
import { tellFailure, useCommand } from '../command';
import { CleanUpArchives } from './CleanUpArchives';
import { ruleWords } from './cleanUp';
import { ForgetFolder } from './ForgetFolder';
import { KeptNames } from './KeptNames';

interface Props {
  folder: FolderShow;
}

type Change = Partial<FolderShow['settings']>;

/** What its owner wants of a folder. Each holds as soon as it is set. */
export function SettingsTab({ folder }: Props) {
  const { id, settings } = folder;
  const [isCleaning, setIsCleaning] = useState(false);
  const [isLeaving, setIsLeaving] = useState(false);
  const set = useCommand('folder_set', ['folder', 'operation'], `folder ${id}`);
  const change = (next: Change) => set.mutate({ id, ...next }, { onError: tellFailure });
  return (
    <Card fill="scroll">
      <Row
        detail={settings.archive ? m.task_folder_archives_hint() : m.task_folder_archive_off_hint()}
        end={
          <Segments
            label={m.task_folder_before_run()}
            value={settings.archive ? 'archive' : 'leave'}
            onChange={(next) => change({ archive: next === 'archive' })}
            options={[
              { value: 'archive', label: m.task_folder_archive_on(), testid: 'archive-on' },
              { value: 'leave', label: m.task_folder_archive_leave(), testid: 'archive-off' },
            ]}
          />
        }
      >
        {m.task_folder_before_run()}
      </Row>
      <Row
        detail={m.task_folder_step_hint()}
        end={
          <Segments
            label={m.task_folder_before_step()}
            value={settings.archive_in_step_mode ? 'archive' : 'leave'}
            onChange={(next) => change({ archive_in_step_mode: next === 'archive' })}
            isDisabled={!settings.archive}
            options={[
              { value: 'archive', label: m.task_folder_archive_on(), testid: 'step-on' },
              { value: 'leave', label: m.task_folder_archive_leave(), testid: 'step-off' },
            ]}
          />
        }
      >
        {m.task_folder_before_step()}
      </Row>
      <Row
        detail={
          settings.on_archive_failure === 'stop'
            ? m.task_folder_stop_hint()
            : m.task_folder_go_on_hint()
        }
        end={
          <Segments
            label={m.task_folder_on_failure()}
            value={settings.on_archive_failure}
            onChange={(on_archive_failure) => change({ on_archive_failure })}
            isDisabled={!settings.archive}
            options={[
              { value: 'stop', label: m.task_folder_stop(), testid: 'failure-stop' },
              { value: 'continue', label: m.task_folder_go_on(), testid: 'failure-continue' },
            ]}
          />
        }
      >
        {m.task_folder_on_failure()}
      </Row>
      <Row
        detail={ruleWords(settings.clean_up)}
        end={
          <Button onPress={() => setIsCleaning(true)} data-testid="archives-rule">
            {m.archives_rule_change()}
          </Button>
        }
      >
        {m.archives_rule()}
      </Row>
      {isCleaning && <CleanUpArchives folder={folder} onClose={() => setIsCleaning(false)} />}
      <KeptNames names={settings.keep} onChange={(keep) => change({ keep })} />
      <Row
        detail={m.task_folder_forget_hint()}
        end={
          <Button onPress={() => setIsLeaving(true)} data-testid="folder-forget">
            {m.task_folder_forget()}
          </Button>
        }
      >
        {m.task_folder_on_list()}
      </Row>
      {isLeaving && <ForgetFolder folder={folder} onClose={() => setIsLeaving(false)} />}
    </Card>
  );
}
