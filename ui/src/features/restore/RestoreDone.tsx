import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Card, Icon, Lead, Page, Row } from '@/components';
import { counted, m, number, say } from '@/i18n';
import type { RestoreResult } from '@/ipc';
import { operationQuery } from '../activity/queries';
import { Subjects } from '../activity/Subjects';
import { useUndo } from '../command';
import { failedQuery } from '../plan/plans';
import styles from './RestoreDone.module.css';
import { damagedRows, failedRows, ResultList } from './ResultList';
import { restoreWork } from './work';

interface Props {
  plan: string | undefined;
  result: RestoreResult;
}

/** So many of what came back are listed; Activity has all of them. */
const SHOWN = 20;

/** Where what is left to do can be done. */
const PLACES = {
  checklist_connections: { to: '/connections', name: m.nav_connections },
  checklist_folders_of_others: { to: '/task-folders', name: m.nav_task_folders },
  checklist_folders: { to: '/task-folders', name: m.nav_task_folders },
} as const;

interface NextStepProps {
  code: string;
  onGo: (to: (typeof PLACES)[keyof typeof PLACES]['to']) => void;
}

function NextStep({ code, onGo }: NextStepProps) {
  if (!(code in PLACES)) return null;
  const { to, name } = PLACES[code as keyof typeof PLACES];
  return <Button onPress={() => onGo(to)}>{name()}</Button>;
}

/** What a restore did, what is left to do, and the way back. */
export function RestoreDone({ plan, result }: Props) {
  const navigate = useNavigate();
  const undo = useUndo();
  const { undo_id } = result;
  const leave = () => {
    restoreWork.forget();
    void navigate({ to: '/backup' });
  };
  const restored = useQuery(operationQuery(undo_id ?? undefined));
  const failed = useQuery(failedQuery(plan, result.failed > 0));
  return (
    <Page title={m.restore_done()} subtitle={result.source_dir}>
      <Card data-testid="restore-done">
        <Lead
          icon="check"
          tone="ok"
          sentence={counted('restored_count', result.imported + result.updated)}
          detail={[
            result.imported > 0 && counted('restored_new', result.imported),
            result.updated > 0 && counted('restored_replaced', result.updated),
            result.unchanged > 0 && counted('restored_same', result.unchanged),
            ...result.others.map(({ kind, count }) => count > 0 && counted(`n_${kind}s`, count)),
            result.skipped > 0 && counted('restored_left', result.skipped),
            result.failed > 0 && counted('restored_failed', result.failed),
          ]
            .filter(Boolean)
            .join(' · ')}
        >
          {undo_id && (
            <Button
              icon="undo"
              onPress={() => {
                undo(undo_id, m.restore_undone());
                leave();
              }}
              data-testid="undo"
            >
              {m.restore_undo()}
            </Button>
          )}
          <Button look="primary" onPress={leave} data-testid="restore-close">
            {m.done()}
          </Button>
        </Lead>
      </Card>
      {restored.data && restored.data.items.length > 0 && (
        <Card
          title={m.restore_what_came()}
          aside={number(Math.max(restored.data.operation.count, restored.data.items.length))}
        >
          <div className={styles.list} data-testid="restored">
            <Subjects
              items={restored.data.items.slice(0, SHOWN)}
              count={restored.data.operation.count}
            />
          </div>
        </Card>
      )}
      {result.failed > 0 && (
        <Card title={m.restore_failed_title()} icon="warn" tone="fail" aside={result.failed}>
          <div className={styles.list}>
            <ResultList rows={failedRows(failed.data)} />
          </div>
        </Card>
      )}
      {result.damaged.length > 0 && (
        <Card
          title={m.restore_damaged_title()}
          icon="warn"
          tone="warn"
          aside={result.damaged.length}
        >
          <div className={styles.list}>
            <ResultList rows={damagedRows(result.damaged)} />
          </div>
        </Card>
      )}
      {result.checklist.length > 0 && (
        <Card title={m.checklist_after_restore()} icon="tick_list" tone="wait">
          {result.checklist.map((message) => (
            <Row
              key={`${message.code} ${JSON.stringify(message.fields)}`}
              start={<Icon name="right" />}
              end={<NextStep code={message.code} onGo={(to) => void navigate({ to })} />}
            >
              {say(message)}
            </Row>
          ))}
        </Card>
      )}
    </Page>
  );
}
