import { Choice } from '@/components';
import { DayField } from '@/components/DayField';
import { m, when } from '@/i18n';
import styles from './ActivityPage.module.css';
import { DAYS, dayOf, type Period } from './period';

const ALL = '';
const MOMENT = 'moment';

interface Props {
  period: Period;
  onChange: (period: Period) => void;
}

/** From when to when: a span that ends now, or days one chooses. */
export function PeriodChoice({ period, onChange }: Props) {
  const { since, until } = period;
  const isMoment = until === undefined && since !== undefined && /T/.test(since);
  const shown = isMoment ? MOMENT : until || dayOf(since) ? DAYS : (since ?? ALL);
  const choose = (word: string) => {
    if (word === DAYS) onChange({ since: dayOf(since) ?? DAYS });
    else if (word !== MOMENT) onChange(word === ALL ? {} : { since: word });
  };
  return (
    <>
      <div className={styles.choice}>
        <Choice
          label={m.period_label()}
          labelling="hidden"
          options={[
            { value: ALL, label: m.since_ever() },
            { value: 'day', label: m.since_day() },
            { value: 'week', label: m.since_week() },
            { value: 'month', label: m.since_month() },
            ...(isMoment ? [{ value: MOMENT, label: m.since_when({ when: when(since) }) }] : []),
            { value: DAYS, label: m.period_range() },
          ]}
          value={shown}
          onChange={choose}
          data-testid="period"
        />
      </div>
      {shown === DAYS && (
        <div className={styles.range}>
          <DayField
            label={m.period_from()}
            value={dayOf(since)}
            onChange={(day) => onChange({ since: day ?? DAYS, until })}
            data-testid="period-from"
          />
          <DayField
            label={m.period_until()}
            value={until}
            onChange={(day) => onChange({ since: dayOf(since) ?? DAYS, until: day })}
            data-testid="period-until"
          />
        </div>
      )}
    </>
  );
}
