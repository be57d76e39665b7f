import { type CalendarDate, parseDate } from '@internationalized/date';
import { DateField, DateInput, DateSegment, I18nProvider, Label } from 'react-aria-components';
import { formatLocale } from '@/i18n';
import styles from './DayField.module.css';

interface Props {
  label: string;
  /** `2026-11-21`; absent while no day is chosen. */
  value: string | undefined;
  onChange: (day: string | undefined) => void;
  /** Where the label stands: beside the field on a line of tools, above it in a form. */
  labelling?: 'beside' | 'above';
  'data-testid'?: string;
}

/** A day, typed or stepped through with the arrow keys, in the order the language writes it. */
export function DayField({ label, value, onChange, labelling = 'beside', ...rest }: Props) {
  return (
    <I18nProvider locale={formatLocale()}>
      <DateField
        className={styles[labelling]}
        value={dayOf(value)}
        onChange={(day) => onChange(day?.toString())}
        data-testid={rest['data-testid']}
      >
        <Label className={styles.label}>{label}</Label>
        <DateInput className={styles.input}>
          {(segment) => <DateSegment segment={segment} className={styles.segment} />}
        </DateInput>
      </DateField>
    </I18nProvider>
  );
}

function dayOf(text: string | undefined): CalendarDate | null {
  try {
    return text ? parseDate(text) : null;
  } catch {
    return null;
  }
}
