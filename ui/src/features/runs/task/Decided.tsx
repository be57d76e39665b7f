import { Icon } from '@/components';
import { dated, label, m, visible, visibleText } from '@/i18n';
import type { RunDecided, RunField } from '@/ipc';
import { cellText } from '../data/shape';
import styles from './Decided.module.css';

/** What a person decided, in the words of the form that was filled in. */
export function Decided({ decided }: { decided: RunDecided }) {
  const { decision, by, at, checklist, fields } = decided;
  return (
    <div className={styles.decided} data-selectable>
      <p>{label('decided', decision, { name: visible(by), when: dated(at) })}</p>
      {checklist.length > 0 && (
        <ul className={styles.items} aria-label={m.checklist()}>
          {checklist.map((item) => (
            <li key={item.id} className={styles.item} data-ticked={item.ticked || undefined}>
              <Icon name={item.ticked ? 'check' : 'minus'} size={14} />
              <span>
                {visible(item.text)}
                {!item.ticked && <span className={styles.quiet}> {m.decided_not_ticked()}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {fields.length > 0 && (
        <dl className={styles.fields}>
          {fields.map((field) => (
            <div key={field.name}>
              <dt>{visible(field.label)}</dt>
              <dd>{answerWords(field)}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

/** What was filled in, as the form showed it. */
function answerWords({ value, options }: RunField): string {
  if (value === null || value === undefined || value === '') return m.empty_value();
  const held = JSON.stringify(value);
  const option = options.find((one) => JSON.stringify(one.value) === held);
  if (option) return visible(option.label);
  if (typeof value === 'boolean') return value ? m.yes() : m.no();
  return visibleText(cellText(value));
}
