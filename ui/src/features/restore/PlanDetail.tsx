import { m, say, when } from '@/i18n';
import type { PlanItem } from '@/ipc';
import { ItemComparison } from '../plan/ItemComparison';
import { itemName, itemWords, yoursWords } from '../plan/words';
import styles from './PlanDetail.module.css';

interface Props {
  plan: string;
  item: PlanItem;
}

/** One item of a plan: what it is, how it differs, and what taking it means. */
export function PlanDetail({ plan, item }: Props) {
  const times = [
    yoursWords(item),
    item.updated_here && m.yours_of({ when: when(item.updated_here) }),
    item.updated_there && m.backup_of({ when: when(item.updated_there) }),
  ].filter(Boolean);
  const comparable = ['changed_here', 'conflict', 'newer_there'].includes(item.group);
  return (
    <div className={styles.detail} data-testid="plan-detail">
      <header className={styles.head}>
        <h2>{itemName(item)}</h2>
        {times.length > 0 && <small>{times.join(' · ')}</small>}
      </header>
      {comparable && (
        <ItemComparison key={item.item} plan={plan} item={item.item} sides={m.sides_restore()} />
      )}
      {item.group === 'changed_here' && <p className={styles.note}>{m.detail_changed_here()}</p>}
      {item.group === 'conflict' && <p className={styles.note}>{m.detail_conflict()}</p>}
      {item.group === 'new' && <p>{m.detail_new({ what: itemWords(item) })}</p>}
      {item.group === 'duplicate' && <p>{m.detail_duplicate()}</p>}
      {item.reason && <p data-selectable>{say(item.reason)}</p>}
      <small className={styles.path} data-selectable>
        {item.path}
      </small>
    </div>
  );
}
