import { ToggleButton } from 'react-aria-components';
import { Button, Icon, IconButton } from '@/components';
import type { Look } from '@/components/graph';
import { m } from '@/i18n';
import styles from '../timeline/RunTimeline.module.css';
import { CLOSER } from '../timeline/Tools';
import own from './RunGraph.module.css';

interface Props {
  look: Look | undefined;
  /** Whether the way to the end is shown; absent where there is none. */
  path: boolean | undefined;
  onPath: () => void;
}

/** What a graph is looked at with. */
export function GraphTools({ look, path, onPath }: Props) {
  return (
    <div className={styles.tools}>
      {path !== undefined && (
        <ToggleButton
          className={styles.path}
          isSelected={path}
          onChange={onPath}
          data-testid="graph-critical"
        >
          <Icon name="link" size={14} />
          {m.critical_path()}
        </ToggleButton>
      )}
      {look && (
        <>
          <div className={styles.zoom}>
            <IconButton
              icon="minus"
              label={m.timeline_further()}
              keys="-"
              onPress={() => look.zoom(1 / CLOSER)}
              data-testid="graph-further"
            />
            <span className={own.percent} data-testid="graph-scale">
              {m.graph_scale({ percent: Math.round(100 * look.view.scale) })}
            </span>
            <IconButton
              icon="plus"
              label={m.timeline_closer()}
              keys="+"
              onPress={() => look.zoom(CLOSER)}
              data-testid="graph-closer"
            />
          </div>
          <Button onPress={look.fit} data-testid="graph-fit">
            {m.graph_fit()}
          </Button>
        </>
      )}
    </div>
  );
}
