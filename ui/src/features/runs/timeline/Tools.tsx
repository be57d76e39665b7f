import { ToggleButton } from 'react-aria-components';
import { Button, Icon, IconButton, Segments } from '@/components';
import { type AxisKind, atCloseness, closeness, type View, zoomed } from '@/components/timeline';
import { m } from '@/i18n';
import styles from './RunTimeline.module.css';
import type { Laid } from './useLayout';

/** How much closer a press on `+` brings. */
export const CLOSER = 1.6;

interface Props {
  laid: Laid;
  /** Whether the way to the end is shown; absent where there is none. */
  path: boolean | undefined;
  onPath: () => void;
  axis: AxisKind;
  onAxis: (axis: AxisKind) => void;
  isFiltering: boolean;
  onFilter: () => void;
}

/** What a timeline is looked at with. */
export function Tools({ laid, path, onPath, axis, onAxis, isFiltering, onFilter }: Props) {
  const { scale, setView } = laid;
  const value = Math.round(100 * closeness(scale));
  const look = (view: View | undefined) => setView(view);
  return (
    <div className={styles.tools}>
      {laid.folds.length > 0 && (
        <Button
          look="quiet"
          onPress={() => laid.foldAll(laid.isUnfolded)}
          data-testid="timeline-fold-all"
        >
          {laid.isUnfolded ? m.timeline_fold_all() : m.timeline_unfold_all()}
        </Button>
      )}
      {path !== undefined && (
        <ToggleButton
          className={styles.path}
          isSelected={path}
          onChange={onPath}
          data-testid="timeline-critical"
        >
          <Icon name="link" size={14} />
          {m.critical_path()}
        </ToggleButton>
      )}
      <div className={styles.zoom}>
        <IconButton
          icon="minus"
          label={m.timeline_further()}
          keys="-"
          isDisabled={value === 0}
          onPress={() => look(zoomed(scale, 1 / CLOSER))}
          data-testid="timeline-further"
        />
        <input
          type="range"
          className={styles.slider}
          aria-label={m.timeline_closeness()}
          min={0}
          max={100}
          value={value}
          onChange={(event) => look(atCloseness(scale, event.target.valueAsNumber / 100))}
          data-testid="timeline-zoom"
        />
        <IconButton
          icon="plus"
          label={m.timeline_closer()}
          keys="+"
          onPress={() => look(zoomed(scale, CLOSER))}
          data-testid="timeline-closer"
        />
      </div>
      <Segments
        label={m.timeline_axis()}
        value={axis}
        onChange={onAxis}
        options={[
          { value: 'elapsed', label: m.timeline_elapsed(), testid: 'axis-elapsed' },
          { value: 'clock', label: m.timeline_clock(), testid: 'axis-clock' },
        ]}
      />
      <IconButton
        icon="find"
        look="framed"
        label={isFiltering ? m.timeline_filter_close() : m.timeline_filter()}
        aria-expanded={isFiltering}
        onPress={onFilter}
        data-testid="timeline-filter"
      />
    </div>
  );
}
