import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Card, Empty, ErrorNotice, Notice, Row } from '@/components';
import { counted, m, visible } from '@/i18n';
import type { AgentList, AgentRow } from '@/ipc';
import { LimitField } from '../settings/LimitField';
import { AgentDialog } from './AgentDialog';
import { AgentLine } from './AgentLine';
import styles from './AgentsTab.module.css';
import { agentsQuery } from './queries';
import { useAgents } from './useAgents';
import { capabilityWords, nobodyCan } from './words';

/** Who carries tasks out, what each does now, and what nobody can do. */
export function AgentsTab() {
  const agents = useQuery(agentsQuery());
  return (
    <>
      {agents.error && <ErrorNotice error={agents.error} onRetry={() => agents.refetch()} />}
      {agents.data && <Agents list={agents.data} />}
    </>
  );
}

function Agents({ list }: { list: AgentList }) {
  const { items, limit, unserved } = list;
  const [asked, setAsked] = useState<AgentRow | 'new' | null>(null);
  const { keep, limitTo } = useAgents(list);
  const nobody = nobodyCan(list);
  const remove = (gone: AgentRow) =>
    keep(
      items.filter(({ id }) => id !== gone.id),
      m.agent_removed({ name: visible(gone.id) }),
    );
  return (
    <>
      {unserved.length > 0 && (
        <Notice tone="warn" icon="warn" data-testid="unserved">
          <p>{m.agents_unserved()}</p>
          <ul className={styles.unserved}>
            {unserved.map((row) => (
              <li key={`${row.run_id} ${row.task}`}>
                <Link to="/runs/$id" params={{ id: row.run_id }} search={{ task: row.task }}>
                  {visible(row.workflow_name)} · {visible(row.task_name)}
                </Link>{' '}
                <span className={styles.quiet}>
                  {m.agents_needed({ needed: capabilityWords(row.needed) })}
                </span>
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <Card
        title={counted('n_agents', items.length)}
        aside={
          <Button
            look="primary"
            icon="plus"
            onPress={() => setAsked('new')}
            data-testid="agent-add"
          >
            {m.agent_new()}
          </Button>
        }
        data-testid="agents"
      >
        {items.length === 0 && (
          <div className={styles.none}>
            <Empty icon="person" title={m.agents_none()}>
              {m.agents_none_hint()}
            </Empty>
          </div>
        )}
        <ul className={styles.lines}>
          {items.map((row) => (
            <AgentLine
              key={row.id}
              row={row}
              all={list.capabilities}
              onEdit={() => setAsked(row)}
              onRemove={() => remove(row)}
            />
          ))}
        </ul>
        {items.length > 0 && nobody.length > 0 && (
          <p className={styles.foot} data-testid="nobody-can">
            {m.agents_nobody_can({ capabilities: capabilityWords(nobody) })}
          </p>
        )}
        <div className={styles.limit}>
          <Row
            detail={m.agents_limit_hint()}
            end={
              <LimitField
                label={m.agents_limit()}
                none={m.agents_limit_none()}
                value={limit ?? null}
                onChange={limitTo}
                data-testid="agents-limit"
              />
            }
          >
            {m.agents_limit()}
          </Row>
        </div>
      </Card>
      {asked && (
        <AgentDialog
          agent={asked === 'new' ? undefined : asked}
          list={list}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}
