import { Icon } from '@/components';
import { m } from '@/i18n';
import type { RunAct } from '@/ipc';
import { Acts } from './Acts';
import styles from './RunSheet.module.css';

/** A workflow from elsewhere: everything it would do, before anybody lets it. */
export function TrustNotice({ acts }: { acts: readonly RunAct[] }) {
  return (
    <section className={styles.trust} aria-label={m.trust_title()} data-testid="trust">
      <p className={styles.trustTitle}>
        <Icon name="shield" />
        <b>{m.trust_title()}</b>
      </p>
      <p>{m.trust_words()}</p>
      <Acts acts={acts} />
    </section>
  );
}
