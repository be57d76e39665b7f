import { useQuery } from '@tanstack/react-query';
import { Icon } from '@/components';
import { m } from '@/i18n';
import { Acts } from './Acts';
import type { Context } from './context';
import { previewQuery } from './queries';
import styles from './RunSheet.module.css';

const NO_CONTEXT: Context = {};

/** A workflow from elsewhere: everything it would do, before anybody lets it. */
export function TrustNotice({ workflow, context }: { workflow: string; context?: Context }) {
  const { data } = useQuery(previewQuery(workflow, context ?? NO_CONTEXT));
  return (
    <section className={styles.trust} aria-label={m.trust_title()} data-testid="trust">
      <p className={styles.trustTitle}>
        <Icon name="shield" />
        <b>{m.trust_title()}</b>
      </p>
      <p>{m.trust_words()}</p>
      {data && <Acts acts={data.trust.acts} />}
    </section>
  );
}
