import { Link } from '@tanstack/react-router';
import { Card, Icon } from '@/components';
import { m, number, say, visible, whole } from '@/i18n';
import type { HinderedFlow, HinderedFlows } from '@/ipc';
import { documentLink } from '../catalog/kinds';
import styles from './OverviewPage.module.css';

/** Workflows that cannot start because of the task folder they name, each with why. */
export default function HinderedCard({ hindered }: { hindered: HinderedFlows }) {
  const more = hindered.total - hindered.items.length;
  return (
    <Card
      title={m.cannot_start()}
      icon="warn"
      tone="fail"
      aside={number(hindered.total)}
      data-testid="cannot-start"
    >
      {hindered.items.map((flow) => (
        <Link key={flow.id} {...placeOf(flow)} className={styles.link}>
          <span className={styles.what}>
            <b>{visible(flow.name)}</b>
            <small className={styles.why}>{whole(visible(say(flow.why)))}</small>
          </span>
          <Icon name="right" />
        </Link>
      ))}
      {more > 0 && (
        <Link to="/workflows" className={styles.link}>
          <span>{m.and_more({ count: number(more) })}</span>
        </Link>
      )}
    </Card>
  );
}

/** Where it can be mended: the folder that is not there, or the form that names one that is not known. */
function placeOf({ id, folder }: HinderedFlow) {
  return folder === undefined
    ? documentLink('workflow', id)
    : ({ to: '/task-folders/$id', params: { id: folder } } as const);
}
