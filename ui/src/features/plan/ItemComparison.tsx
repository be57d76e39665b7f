import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ErrorNotice, Segments } from '@/components';
import { TextDifference } from '@/components/TextDifference';
import { m } from '@/i18n';
import { Differences } from '../catalog/Differences';
import styles from './ItemComparison.module.css';
import { planCompareQuery } from './plans';

interface Props {
  plan: string;
  item: number;
  /** What the two sides are called: `now → after the restore`. */
  sides: string;
}

/** How one item differs from what is kept, as a form and as text. */
export function ItemComparison({ plan, item, sides }: Props) {
  const [as, setAs] = useState<'form' | 'text'>('form');
  const compared = useQuery(planCompareQuery(plan, item, true));
  if (compared.error) return <ErrorNotice error={compared.error} />;
  if (!compared.data) return null;
  return (
    <div className={styles.comparison}>
      <div className={styles.head}>
        <span>{sides}</span>
        <Segments
          label={m.view_choice()}
          size="small"
          value={as}
          onChange={setAs}
          options={[
            { value: 'form', label: m.as_form() },
            { value: 'text', label: m.as_text() },
          ]}
        />
      </div>
      {as === 'form' ? (
        <Differences differences={compared.data.differences} tense="future" />
      ) : (
        <div className={styles.text}>
          <TextDifference label={sides} before={compared.data.before} after={compared.data.after} />
        </div>
      )}
    </div>
  );
}
