import { useQuery } from '@tanstack/react-query';
import { Segments } from '@/components';
import { m } from '@/i18n';
import type { NoticeKind } from '@/ipc';
import { tellFailure, useCommand } from '../command';
import { KindTicks, OF_WORKFLOW } from './KindTicks';
import styles from './Notices.module.css';
import { channelsQuery, NOTICE_TAGS } from './queries';

/** Of what people are told about one workflow: as usual, or its own choice. */
export function WorkflowNotices({ workflow }: { workflow: string }) {
  const { data } = useQuery(channelsQuery(workflow));
  const choose = useCommand('notice_choose', NOTICE_TAGS);
  if (!data?.channels.some(({ on }) => on)) return null;
  const own = data.of_workflow;
  const set = (kinds: NoticeKind[] | undefined) =>
    choose.mutate(kinds === undefined ? { workflow } : { workflow, kinds }, {
      onError: tellFailure,
    });
  return (
    <div className={styles.ofWorkflow} data-testid="workflow-notices">
      <Segments
        label={m.notice_of_workflow()}
        size="small"
        value={own ? 'own' : 'usual'}
        onChange={(next) =>
          set(next === 'own' ? data.kinds.filter((kind) => OF_WORKFLOW.includes(kind)) : undefined)
        }
        options={[
          { value: 'usual', label: m.notice_as_usual(), testid: 'notices-usual' },
          { value: 'own', label: m.notice_of_workflow(), testid: 'notices-own' },
        ]}
      />
      {own && (
        <KindTicks
          kinds={(choose.isPending && choose.variables.kinds) || own}
          choices={OF_WORKFLOW}
          onChange={set}
        />
      )}
    </div>
  );
}
