import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, Card } from '@/components';
import { bytes, counted, m } from '@/i18n';
import { statsQuery } from './queries';
import styles from './SessionsPage.module.css';
import { StrategyDialog } from './StrategyDialog';

/** What all that is kept takes, and what is kept of a configuration. */
export function SpaceCard() {
  const stats = useQuery(statsQuery()).data;
  const [isOpen, setOpen] = useState(false);
  if (!stats) return null;
  const { files, bytes_original, bytes_stored } = stats;
  const saved = bytes_original - bytes_stored;
  return (
    <div className={styles.space} data-testid="sessions-space">
      <Card
        title={m.sessions_space()}
        aside={
          <Button look="quiet" onPress={() => setOpen(true)} data-testid="strategies">
            {m.strategies()}
          </Button>
        }
      >
        {files === 0 ? (
          <p>{m.sessions_space_none()}</p>
        ) : (
          <p>
            {counted('sessions_space', files, {
              size: bytes(bytes_original),
              stored: bytes(bytes_stored),
            })}
          </p>
        )}
        {saved > 0 && <p>{m.sessions_space_saved({ saved: bytes(saved) })}</p>}
      </Card>
      {isOpen && <StrategyDialog onClose={() => setOpen(false)} />}
    </div>
  );
}
