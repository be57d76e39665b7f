import { Notice } from '@/components';
import { m, visible } from '@/i18n';
import type { StandsFor } from '@/ipc';
import { OutputView } from '../data/OutputView';
import { isFields } from '../data/shape';

/** That a person does what another tool would have done, and what it was set to do. */
export function StandIn({ step }: { step: StandsFor }) {
  const { kind, settings } = step;
  const isEmpty = isFields(settings) && Object.keys(settings).length === 0;
  return (
    <>
      <Notice tone="warn" icon="person" data-testid="stand-in">
        {m.work_stands_for({ type: visible(kind) })}
      </Notice>
      {!isEmpty && (
        <details open>
          <summary>{m.work_stands_for_settings()}</summary>
          <OutputView value={settings} label={m.work_stands_for_settings()} />
        </details>
      )}
    </>
  );
}
