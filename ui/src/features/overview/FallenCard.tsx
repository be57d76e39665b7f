import { useQuery } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { Button, Card, ErrorNotice, Row } from '@/components';
import { begun, counted, m, say, visible, visibleLines } from '@/i18n';
import type { FallenCount, FallenKeep, FallenRow, RunOverview } from '@/ipc';
import { tellFailure, useCommand } from '../command';
import styles from './OverviewPage.module.css';
import { fallenQuery } from './queries';
import { SettleAllDialog } from './SettleAllDialog';

const NONE: FallenCount = { waiting: 0, conflicts: 0 };

/** What was written elsewhere while a data source was down, and what of it a person has to decide. */
export default function FallenCard({ runs }: { runs: RunOverview }) {
  const conflicts = runs.sources_behind.some(({ fallen }) => fallen && fallen.conflicts > 0);
  const fallen = useQuery({ ...fallenQuery(), enabled: conflicts });
  const { items: asks = [], conflicts: asking = 0 } = (conflicts && fallen.data) || {};
  const [all, setAll] = useState<{ name: string; count: number }>();
  return (
    <Card
      title={m.fallen_title()}
      icon="warn"
      tone={conflicts ? 'wait' : undefined}
      data-testid="fallen"
    >
      {runs.sources_behind.map(({ name, fallen: { waiting, conflicts, refused } = NONE }) => (
        <Fragment key={name}>
          {waiting > 0 && (
            <Row
              detail={refused ? begun(visible(say(refused))) : m.fallen_goes_by_itself()}
              data-testid={`waits-${name}`}
            >
              {counted('fallen_waiting', waiting, { name: visible(name) })}
            </Row>
          )}
          {conflicts > 0 && (
            <Row
              end={
                conflicts > 1 && (
                  <Button
                    look="quiet"
                    onPress={() => setAll({ name, count: conflicts })}
                    data-testid={`settle-all-${name}`}
                  >
                    {m.fallen_settle_all({ count: conflicts })}
                  </Button>
                )
              }
              data-testid={`asks-${name}`}
            >
              {counted('fallen_conflicts', conflicts, { name: visible(name) })}
            </Row>
          )}
        </Fragment>
      ))}
      {fallen.error && <ErrorNotice error={fallen.error} onRetry={() => void fallen.refetch()} />}
      {asks.map((row) => (
        <Ask key={row.id} row={row} />
      ))}
      {asking > asks.length && asks.length > 0 && (
        <Row>{counted('more_items', asking - asks.length)}</Row>
      )}
      {all && <SettleAllDialog {...all} onClose={() => setAll(undefined)} />}
    </Card>
  );
}

/** One record that has changed meanwhile: both versions, and which of them counts. */
function Ask({ row }: { row: FallenRow }) {
  const settle = useCommand('source_settle', ['connection', `run:${row.run_id}`], row.source);
  const use = (keep: FallenKeep) =>
    settle.mutate({ id: row.id, use: keep }, { onError: tellFailure });
  const key = typeof row.key === 'string' ? row.key : JSON.stringify(row.key);
  return (
    <div className={styles.ask} data-testid={`fallen-${row.id}`}>
      <p>
        <b>{m.fallen_record({ table: visible(row.table), key: visible(key) })}</b>
        {row.conflict && <small>{begun(visible(say(row.conflict)))}</small>}
      </p>
      {(row.ours !== undefined || row.action === 'record.delete') && (
        <Version label={m.fallen_ours()} value={row.ours} none={m.fallen_deletes()} />
      )}
      {row.theirs !== undefined && (
        <Version label={m.fallen_theirs()} value={row.theirs} none={m.fallen_nothing_there()} />
      )}
      <div className={styles.choices}>
        <Button onPress={() => use('ours')} isPending={settle.isPending} data-testid="use-ours">
          {m.fallen_use_ours()}
        </Button>
        <Button onPress={() => use('theirs')} isPending={settle.isPending} data-testid="use-theirs">
          {m.fallen_use_theirs()}
        </Button>
      </div>
    </div>
  );
}

/** A record, a column a line. */
function columns(record: unknown): string {
  const told = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const members = Object.entries(record as object);
  return members.map(([name, value]) => `${name}: ${told(value)}`).join('\n');
}

function Version({ label, value, none }: { label: string; value: unknown; none: string }) {
  return (
    <div className={styles.version}>
      <small>{label}</small>
      {value === undefined || value === null ? (
        none
      ) : (
        <code data-selectable>{visibleLines(columns(value))}</code>
      )}
    </div>
  );
}
