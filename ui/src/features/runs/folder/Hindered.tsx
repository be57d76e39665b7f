import { useState } from 'react';
import { Button, Notice } from '@/components';
import { begun, m, say, visible } from '@/i18n';
import type { ShownRun } from '../queries';

import { RetryDialog } from '../RetryDialog';
import { FolderLink } from './FolderLink';

/** Reasons that can be passed over. */
const NOT_ARCHIVED = new Set(['archive_failed', 'archive_failed_in_part']);

/** Why a run could not begin, with the step that helps. */
export function Hindered({ run }: { run: ShownRun }) {
  const [isAsked, setAsked] = useState(false);
  const { hindered } = run;
  if (!hindered) return null;
  const canGoOn = NOT_ARCHIVED.has(hindered.code) && run.workflow_id !== null;
  return (
    <Notice
      tone="fail"
      icon="cross"
      data-testid="run-hindered"
      end={
        <>
          <FolderLink run={run} />
          {canGoOn && (
            <Button onPress={() => setAsked(true)} data-testid="continue-anyway">
              {m.run_continue_anyway()}
            </Button>
          )}
        </>
      }
    >
      <p>{begun(visible(say(hindered)))}</p>
      {canGoOn && <p>{m.run_continue_hint()}</p>}
      {isAsked && (
        <RetryDialog
          run={run}
          wish={{ from: 'failed', anyway: true }}
          onClose={() => setAsked(false)}
        />
      )}
    </Notice>
  );
}
