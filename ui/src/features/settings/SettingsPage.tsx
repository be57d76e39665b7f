import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, Card, ErrorNotice, Page, Row, Segments } from '@/components';
import { m } from '@/i18n';
import { type Settings, type SettingsUpdate, shell } from '@/ipc';
import { useChooseFolder } from '../backup/useFolder';
import { tellFailure, useCommand } from '../command';
import { NoticesCard } from '../notices/NoticesCard';
import { ExampleNote } from '../overview/ExampleOffer';
import { overviewQuery } from '../overview/queries';
import { RootsCard } from '../sessions/RootsCard';
import { AboutCard } from './AboutCard';
import { ClosingCard } from './ClosingCard';
import { DiagnosticsDialog } from './DiagnosticsDialog';
import { DisplayName } from './DisplayName';
import { HistoryCard } from './HistoryCard';
import { aboutQuery, settingsQuery } from './queries';
import { SnapshotsCard } from './SnapshotsCard';

/** What can be set, where the data is, and what there is to know about the app. */
export function SettingsPage() {
  const settings = useQuery(settingsQuery());
  return (
    <Page title={m.nav_settings()} subtitle={m.settings_subtitle()}>
      {settings.error && <ErrorNotice error={settings.error} onRetry={() => settings.refetch()} />}
      {settings.data && <AllSettings settings={settings.data} />}
    </Page>
  );
}

function AllSettings({ settings }: { settings: Settings }) {
  const about = useQuery(aboutQuery());
  const overview = useQuery(overviewQuery());
  const update = useCommand('settings_update', ['settings', 'operation']);
  const choose = useChooseFolder();
  const [looking, setLooking] = useState(false);
  const change = (next: SettingsUpdate) => update.mutate(next, { onError: tellFailure });
  return (
    <>
      <Card title={m.settings_window()}>
        <Row
          detail={m.settings_language_hint()}
          end={
            <Segments
              label={m.settings_language()}
              value={settings.language}
              onChange={(language) => change({ language })}
              options={[
                { value: 'system', label: m.as_system(), testid: 'language-system' },
                { value: 'en', label: 'English', testid: 'language-en' },
                { value: 'zh-CN', label: '简体中文', testid: 'language-zh-CN' },
              ]}
            />
          }
        >
          {m.settings_language()}
        </Row>
        <Row
          detail={m.settings_theme_hint()}
          end={
            <Segments
              label={m.settings_theme()}
              value={settings.theme}
              onChange={(theme) => change({ theme })}
              options={[
                { value: 'system', label: m.as_system(), testid: 'theme-system' },
                { value: 'light', label: m.theme_light(), testid: 'theme-light' },
                { value: 'dark', label: m.theme_dark(), testid: 'theme-dark' },
              ]}
            />
          }
        >
          {m.settings_theme()}
        </Row>
        <Row
          detail={m.settings_name_hint()}
          end={
            <DisplayName
              value={settings.display_name}
              onChange={(display_name) => change({ display_name })}
            />
          }
        >
          {m.settings_name()}
        </Row>
      </Card>
      <ClosingCard settings={settings} onChange={change} />
      <Card title={m.settings_data()}>
        <Row
          detail={
            <span data-selectable>{settings.backup_folder ?? m.backup_no_folder_hint()}</span>
          }
          end={
            <Button onPress={() => void choose()} data-testid="choose-backup-folder">
              {settings.backup_folder ? m.change_folder() : m.choose_folder()}
            </Button>
          }
        >
          {m.settings_backup_folder()}
        </Row>
        <Row
          detail={<span data-selectable>{about.data?.data_dir}</span>}
          end={
            <Button onPress={() => void shell.open_data_folder().catch(tellFailure)}>
              {m.open_folder()}
            </Button>
          }
        >
          {m.settings_data_folder()}
        </Row>
        <Row
          detail={m.settings_other_folder_hint()}
          end={
            <Button
              onPress={() =>
                void shell
                  .use_other_folder({ title: m.settings_other_folder_title() })
                  .catch(tellFailure)
              }
              data-testid="use-other-folder"
            >
              {m.choose_folder()}
            </Button>
          }
        >
          {m.settings_other_folder()}
        </Row>
        {(overview.data?.example_documents ?? 0) > 0 && (
          <ExampleNote count={overview.data?.example_documents ?? 0} />
        )}
      </Card>
      <div id="config-roots">
        <RootsCard />
      </div>
      <NoticesCard />
      <HistoryCard settings={settings} onChange={change} />
      <SnapshotsCard settings={settings} onChange={change} />
      <Card title={m.settings_help()}>
        <Row
          detail={m.diagnostics_hint()}
          end={
            <Button onPress={() => setLooking(true)} data-testid="diagnostics">
              {m.diagnostics_look()}
            </Button>
          }
        >
          {m.diagnostics()}
        </Row>
      </Card>
      {about.data && <AboutCard about={about.data} />}
      {looking && <DiagnosticsDialog onClose={() => setLooking(false)} />}
    </>
  );
}
