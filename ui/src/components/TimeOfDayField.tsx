import { Time } from '@internationalized/date';
import { DateInput, DateSegment, I18nProvider, Label, TimeField } from 'react-aria-components';
import { formatLocale } from '@/i18n';
import styles from './DayField.module.css';

interface Props {
  label: string;
  hour: number;
  minute: number;
  onChange: (hour: number, minute: number) => void;
  'data-testid'?: string;
}

/** A time of the day, typed or stepped through with the arrow keys, from 00:00 to 23:59. */
export function TimeOfDayField({ label, hour, minute, onChange, ...rest }: Props) {
  return (
    <I18nProvider locale={formatLocale()}>
      <TimeField
        className={styles.above}
        hourCycle={24}
        shouldForceLeadingZeros
        value={new Time(hour, minute)}
        onChange={(time) => time && onChange(time.hour, time.minute)}
        data-testid={rest['data-testid']}
      >
        <Label className={styles.label}>{label}</Label>
        <DateInput className={styles.input}>
          {(segment) => <DateSegment segment={segment} className={styles.segment} />}
        </DateInput>
      </TimeField>
    </I18nProvider>
  );
}
