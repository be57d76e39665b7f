import { Button, Card, Row, Segments } from '@/components';
import { m } from '@/i18n';
import type { Settings, SettingsUpdate } from '@/ipc';
import { LoginSwitch } from './LoginSwitch';
import { quit } from './quit';

interface Props {
  settings: Settings;
  onChange: (next: SettingsUpdate) => void;
}

/** What goes on though there is no window, and the way out. */
export function ClosingCard({ settings, onChange }: Props) {
  return (
    <Card title={m.settings_closing()} data-testid="settings-closing">
      <Row
        detail={m.settings_on_close_hint()}
        end={
          <Segments
            label={m.settings_on_close()}
            value={settings.on_close}
            onChange={(on_close) => onChange({ on_close })}
            options={[
              { value: 'ask', label: m.on_close_ask(), testid: 'on-close-ask' },
              {
                value: 'background',
                label: m.on_close_background(),
                testid: 'on-close-background',
              },
              { value: 'quit', label: m.on_close_quit(), testid: 'on-close-quit' },
            ]}
          />
        }
      >
        {m.settings_on_close()}
      </Row>
      <LoginSwitch />
      <Row
        detail={m.quit_hint()}
        end={
          <Button onPress={() => void quit()} data-testid="quit">
            {m.quit()}
          </Button>
        }
      >
        {m.settings_quit()}
      </Row>
    </Card>
  );
}
