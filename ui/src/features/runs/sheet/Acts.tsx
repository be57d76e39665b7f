import { Icon } from '@/components';
import { visible, visibleLines } from '@/i18n';
import type { RunAct } from '@/ipc';
import { actionWords, paramWords } from '../../catalog/forms/actions';
import styles from './Acts.module.css';

/** Exactly what tasks would do to the world outside: nothing is summed up. */
export function Acts({ acts }: { acts: readonly RunAct[] }) {
  return (
    <ul className={styles.acts} data-testid="acts">
      {acts.map((act) => (
        <li key={`${act.workflow ?? ''} ${act.task}`} className={styles.act}>
          <p className={styles.head}>
            <b>{visible(act.workflow ? `${act.workflow} · ${act.name}` : act.name)}</b>
            <span>{actionWords(act.action)}</span>
            {act.source && (
              <span className={styles.source}>
                <Icon name="box" size={14} /> {visible(act.source)}
              </span>
            )}
          </p>
          <dl className={styles.lines}>
            {act.lines.map((line) => (
              <div key={line.param}>
                <dt>{paramWords(act.action, line.param)}</dt>
                <dd data-selectable>{visibleLines(line.text)}</dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}
