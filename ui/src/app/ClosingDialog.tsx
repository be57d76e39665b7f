import { Button, Dialog, Spring } from '@/components';
import { tellFailure, useCommand } from '@/features/command';
import { counted, m } from '@/i18n';
import { shell } from '@/ipc';
import { setGoingOn, useGoingOn } from './closing';

/** What becomes of runs and schedules when the window closes: asked once, then a setting. */
export function ClosingDialog() {
  const goingOn = useGoingOn();
  const update = useCommand('settings_update', ['settings', 'operation']);
  if (!goingOn) return null;
  const answer = async (stay: boolean) => {
    try {
      await update.mutateAsync({ on_close: stay ? 'background' : 'quit' });
      await shell.close_window({ stay });
    } catch (thrown) {
      tellFailure(thrown);
    }
  };
  const { runs, schedules, listeners } = goingOn;
  return (
    <Dialog
      title={m.closing_title()}
      isOpen
      onClose={() => setGoingOn(null)}
      size="narrow"
      data-testid="dialog-closing"
      foot={
        <>
          <Button
            onPress={() => void answer(false)}
            isDisabled={update.isPending}
            data-testid="closing-quit"
          >
            {m.quit()}
          </Button>
          <Spring />
          <Button
            look="primary"
            onPress={() => void answer(true)}
            isDisabled={update.isPending}
            autoFocus
            data-testid="closing-stay"
          >
            {m.closing_stay()}
          </Button>
        </>
      }
    >
      <ul>
        {runs > 0 && <li>{counted('closing_runs', runs)}</li>}
        {schedules > 0 && <li>{counted('closing_schedules', schedules)}</li>}
        {listeners > 0 && <li>{counted('closing_listeners', listeners)}</li>}
      </ul>
      <p>{m.closing_background()}</p>
      <p>{m.closing_quits()}</p>
      <p>
        <small>{m.closing_remembered()}</small>
      </p>
    </Dialog>
  );
}
