import { useState } from 'react';
import { Button, Icon } from '@/components';
import { dated, m } from '@/i18n';
import type { SessionShow } from '@/ipc';
import { isOfTheWork } from './candidates';
import { InPlaceDialog } from './InPlaceDialog';
import styles from './SessionsPage.module.css';

/** That files were put back where they were, and the way back, for as long as what was there before is kept. */
export function WrittenOver({ session }: { session: SessionShow }) {
  const [isAsking, setAsking] = useState(false);
  const before = session.snapshots.findLast((snapshot) => !isOfTheWork(snapshot));
  if (!before || session.root === undefined) return null;
  return (
    <div className={styles.certainty} data-testid="session-written-over">
      <Icon name="undo" size={14} />
      <span className={styles.told}>
        {m.session_written_over({ when: dated(before.at), number: before.sequence })}
      </span>
      <Button look="quiet" onPress={() => setAsking(true)} data-testid="put-back-before">
        {m.session_written_over_back()}
      </Button>
      {isAsking && (
        <InPlaceDialog
          session={session}
          from={{ snapshot: before.id }}
          isWayBack
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}
