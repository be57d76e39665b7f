import { Button, IconButton, Segments } from '@/components';
import { m } from '@/i18n';
import styles from './History.module.css';
import { LENGTHS, lengthOf, type WindowWish } from './window';

const CLOSER = 2;
const ALONG = 0.5;

interface Props {
  wish: WindowWish;
  onWish: (wish: WindowWish) => void;
  onZoom: (factor: number) => void;
  onMove: (lengths: number) => void;
  isTable: boolean;
  onTable: (isTable: boolean) => void;
}

/** How much time is seen, and from when. */
export function WindowTools({ wish, onWish, onZoom, onMove, isTable, onTable }: Props) {
  const length = lengthOf(wish);
  const offered = [
    { value: 'day', label: m.history_span_day() },
    { value: 'week', label: m.history_span_week() },
    { value: 'month', label: m.history_span_month() },
    { value: 'all', label: m.history_span_all() },
  ] as const;
  const chosen = offered.find(({ value }) => length === (value === 'all' ? 'all' : LENGTHS[value]));
  return (
    <div className={styles.tools}>
      <Segments
        label={m.history_span()}
        value={chosen?.value ?? null}
        onChange={(value) =>
          onWish(
            value === 'all'
              ? { span: 'all' }
              : { ...wish, span: value === 'day' ? undefined : LENGTHS[value] },
          )
        }
        options={offered.map((option) => ({ ...option, testid: `span-${option.value}` }))}
      />
      <div className={styles.steps}>
        <IconButton
          icon="left"
          label={m.history_earlier()}
          keys="Shift ←"
          isDisabled={length === 'all'}
          onPress={() => onMove(-ALONG)}
          data-testid="history-earlier"
        />
        <IconButton
          icon="right"
          label={m.history_later()}
          keys="Shift →"
          isDisabled={length === 'all'}
          onPress={() => onMove(ALONG)}
          data-testid="history-later"
        />
        <IconButton
          icon="minus"
          label={m.timeline_further()}
          keys="-"
          onPress={() => onZoom(1 / CLOSER)}
          data-testid="timeline-further"
        />
        <IconButton
          icon="plus"
          label={m.timeline_closer()}
          keys="+"
          onPress={() => onZoom(CLOSER)}
          data-testid="timeline-closer"
        />
      </div>
      {wish.end !== undefined && (
        <Button look="quiet" onPress={() => onWish({ span: wish.span })} data-testid="history-now">
          {m.history_now()}
        </Button>
      )}
      <span className={styles.spring} />
      <IconButton
        icon={isTable ? 'runs' : 'table'}
        look="framed"
        label={isTable ? m.history_chart() : m.history_table()}
        onPress={() => onTable(!isTable)}
        data-testid="history-as-table"
      />
    </div>
  );
}
