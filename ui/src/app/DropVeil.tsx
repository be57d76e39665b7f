import { useEffect, useState } from 'react';
import { Icon } from '@/components';
import { dropWords } from '@/features/drops';
import { m } from '@/i18n';
import { listen } from '@/ipc';
import styles from './DropVeil.module.css';

/** Over the whole window while files are dragged across it. */
export function DropVeil() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const stops = [
      listen('drag', (phase) => setOver(phase === 'enter')),
      listen('dropped', () => setOver(false)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  if (!over) return null;
  const words = dropWords() ?? { title: m.drop_here(), detail: m.drop_hint() };
  return (
    <div className={styles.veil} data-testid="drop-veil">
      <div className={styles.target}>
        <Icon name="import" size={28} />
        <strong>{words.title}</strong>
        <span>{words.detail}</span>
      </div>
    </div>
  );
}
