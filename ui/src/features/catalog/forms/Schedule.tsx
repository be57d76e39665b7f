import { useState } from 'react';
import { Choice, type Option } from '@/components';
import { TimeOfDayField } from '@/components/TimeOfDayField';
import { counted, m, number, weekdayName } from '@/i18n';
import { useDraft } from '../draft/DraftContext';
import { isObject, type Path } from '../draft/edits';
import { type Every, HOURS, inRhythm, lineOf, type Plain, plainOf } from '../plainTimes';
import { BoundChoice, BoundText } from './bound';
import styles from './forms.module.css';
import { RestOf } from './OtherFields';
import { asText } from './scope';

/** A cron line, in the list of rhythms. */
const LINE = 'line';

const rhythms = (): Option[] => [
  { value: 'day', label: m.rhythm_day() },
  { value: 'workdays', label: m.rhythm_workdays() },
  { value: 'week', label: m.rhythm_week() },
  { value: 'month', label: m.rhythm_month() },
  { value: 'hours', label: m.rhythm_hours() },
  { value: LINE, label: m.rhythm_line(), detail: m.rhythm_line_detail() },
];

const missed = (): Option[] => [
  { value: 'once', label: m.missed_once() },
  { value: 'all', label: m.missed_all() },
  { value: 'none', label: m.missed_none() },
];

/** When a workflow starts by itself. */
export function Schedule() {
  const draft = useDraft();
  const schedule = draft.at(['schedule']);
  if (typeof schedule === 'string')
    return (
      <div className={styles.grid}>
        <Times path={['schedule']} />
      </div>
    );
  const rest = <RestOf scope={draft} name="schedule" shown={['cron', 'zone', 'missed']} />;
  if (schedule !== undefined && !isObject(schedule)) return rest;
  return (
    <>
      <div className={styles.grid}>
        <Times path={['schedule', 'cron']} />
        <BoundText
          scope={draft}
          path={['schedule', 'zone']}
          label={m.field_zone()}
          placeholder={m.field_zone_hint()}
        />
        <BoundChoice
          scope={draft}
          path={['schedule', 'missed']}
          label={m.field_missed()}
          options={missed()}
          absent={m.missed_once()}
        />
      </div>
      {rest}
    </>
  );
}

/** The times: plain ones by what is said of them, all others by their cron line. */
function Times({ path }: { path: Path }) {
  const draft = useDraft();
  const line = draft.at(path);
  const plain = plainOf(asText(line));
  // What becomes plain while it is typed stays a line until another rhythm is chosen.
  const [isExpert, setExpert] = useState(false);
  if (!isExpert && !plain && line !== undefined) setExpert(true);
  const isLine = isExpert;
  const put = (next: Plain) => draft.put(path, lineOf(next));
  const choose = (value: string) => {
    setExpert(value === LINE);
    if (value !== LINE) put(inRhythm(value as Every, plain));
  };
  return (
    <>
      <Choice
        label={m.field_rhythm()}
        options={rhythms()}
        value={isLine ? LINE : (plain?.every ?? null)}
        onChange={choose}
        placeholder={m.rhythm_choose()}
        notes={isLine ? undefined : draft.notes(path)}
        data-testid="field-rhythm"
      />
      {isLine ? (
        <BoundText
          scope={draft}
          path={path}
          label={m.field_cron()}
          hint={m.field_cron_hint()}
          face="code"
          placeholder="0 2 * * *"
          data-testid="field-cron"
        />
      ) : (
        plain && <PlainTimes plain={plain} onChange={put} />
      )}
    </>
  );
}

interface PlainProps {
  plain: Plain;
  onChange: (plain: Plain) => void;
}

function PlainTimes({ plain, onChange }: PlainProps) {
  if (plain.every === 'hours') {
    const steps = HOURS.map((hours) => ({
      value: String(hours),
      label: counted('rhythm_every_hours', hours),
    }));
    return (
      <Choice
        label={m.field_hours()}
        options={steps}
        value={String(plain.hours)}
        onChange={(hours) => onChange({ ...plain, hours: Number(hours) })}
        hint={plain.minute > 0 ? m.rhythm_at_minute({ minute: plain.minute }) : undefined}
        data-testid="field-hours"
      />
    );
  }
  return (
    <>
      {plain.every === 'week' && (
        <Choice
          label={m.field_weekday()}
          options={[1, 2, 3, 4, 5, 6, 0].map((weekday) => ({
            value: String(weekday),
            label: weekdayName(weekday),
          }))}
          value={String(plain.weekday)}
          onChange={(weekday) => onChange({ ...plain, weekday: Number(weekday) })}
          data-testid="field-weekday"
        />
      )}
      {plain.every === 'month' && (
        <Choice
          label={m.field_day_of_month()}
          options={Array.from({ length: 31 }, (_, at) => ({
            value: String(at + 1),
            label: number(at + 1),
          }))}
          value={String(plain.day)}
          onChange={(day) => onChange({ ...plain, day: Number(day) })}
          hint={plain.day > 28 ? m.rhythm_short_months() : undefined}
          data-testid="field-day-of-month"
        />
      )}
      <TimeOfDayField
        label={m.field_time_of_day()}
        hour={plain.hour}
        minute={plain.minute}
        onChange={(hour, minute) => onChange({ ...plain, hour, minute })}
        data-testid="field-time-of-day"
      />
    </>
  );
}
