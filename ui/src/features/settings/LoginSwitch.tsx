import { useQuery } from '@tanstack/react-query';
import { Button, Notice, Row, Segments } from '@/components';
import { m, sayError } from '@/i18n';
import { CallError } from '@/ipc';
import { useCommand } from '../command';
import { loginStartQuery, settingsQuery, useLoginStart } from './queries';

/** Whether the app starts at login: as the system has it. */
export function LoginSwitch() {
  const { data, error } = useQuery(loginStartQuery());
  const change = useLoginStart();
  return (
    <Row
      detail={error ? sayError(CallError.from(error)) : m.settings_login_hint()}
      end={
        <Segments
          label={m.settings_login()}
          value={data === undefined ? null : data ? 'on' : 'off'}
          onChange={(value) => change.mutate(value === 'on')}
          isDisabled={data === undefined || change.isPending}
          options={[
            { value: 'on', label: m.switch_on(), testid: 'login-on' },
            { value: 'off', label: m.switch_off(), testid: 'login-off' },
          ]}
        />
      }
    >
      {m.settings_login()}
    </Row>
  );
}

/** Offered once, where something is to start by itself. */
export function LoginOffer() {
  const settings = useQuery(settingsQuery());
  const login = useQuery(loginStartQuery());
  const change = useLoginStart();
  const update = useCommand('settings_update', ['settings', 'operation']);
  if (settings.data?.login_offered !== false || login.data !== false) return null;
  const offered = () => update.mutate({ login_offered: true });
  return (
    <Notice
      tone="off"
      icon="info"
      end={
        <>
          <Button
            onPress={() => change.mutate(true, { onSuccess: offered })}
            isDisabled={change.isPending}
            data-testid="login-offer-yes"
          >
            {m.settings_login()}
          </Button>
          <Button look="quiet" onPress={offered} data-testid="login-offer-no">
            {m.not_now()}
          </Button>
        </>
      }
      data-testid="login-offer"
    >
      {m.login_offer()}
    </Notice>
  );
}
