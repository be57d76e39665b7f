import { DayField } from '@/components/DayField';
import { dated, m, when } from '@/i18n';
import styles from './FilterBar.module.css';
import { FilterChoice } from './FilterChoice';
import { DAYS, dayOf, type Period } from './period';

const MOMENT = 'moment';

interface Props {
  period: Period;
  /** A moment, in the place of a period: what was made or ended from then on. */
  touched?: string;
  onChange: (period: Period) => void;
}

/** From when to when: a span that ends now, or days one chooses. */
export function PeriodChoice({ period, touched, onChange }: Props) {
  const { since, until } = period;
  const isMoment = touched !== undefined || (since !== undefined && /T/.test(since));
  const shown = isMoment ? MOMENT : until || dayOf(since) ? DAYS : since;
  const choose = (word: string | undefined) => {
    if (word === DAYS) onChange({ since: dayOf(since) ?? DAYS });
    else if (word !== MOMENT) onChange({ since: word });
  };
  return (
    <>
      <FilterChoice
        label={m.period_label()}
        all={m.since_ever()}
        options={[
          { value: 'day', label: m.since_day() },
          { value: 'week', label: m.since_week() },
          { value: 'month', label: m.since_month() },
          ...(isMoment
            ? [
                {
                  value: MOMENT,
                  label: touched
                    ? m.since_touched({ when: when(touched) })
                    : momentWords(since, until),
                },
              ]
            : []),
          { value: DAYS, label: m.period_range() },
        ]}
        value={shown}
        onChange={choose}
        data-testid="period"
      />
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

function momentWords(since: string | undefined, until: string | undefined): string {
  if (until === undefined) return m.since_when({ when: when(since ?? '') });
  return m.history_from_to({ from: dated(since ?? ''), to: dated(until) });
}
