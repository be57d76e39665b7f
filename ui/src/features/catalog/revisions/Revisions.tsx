import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { invalidate } from '@/app/queries';
import { Button, Card, ErrorNotice, Segments, Time, toast } from '@/components';
import { TextDifference } from '@/components/TextDifference';
import { label, m } from '@/i18n';
import type { DocumentRow, RevisionRow } from '@/ipc';
import { tellFailure, undoAction, useUndo } from '../../command';
import { Differences, differenceCount } from '../Differences';
import type { DocumentDraft } from '../draft/draft';
import { baseOf } from '../draft/drafts';
import { TwoPanes } from '../forms/TwoPanes';
import { callDocument, compareQuery, historyQuery } from '../queries';
import styles from './Revisions.module.css';

interface Props {
  row: DocumentRow;
  draft: DocumentDraft;
}

interface Pair {
  from: number;
  to: number;
}

/** Every saved state of a document; any two compared; one brought back. */
export function Revisions({ row, draft }: Props) {
  const history = useQuery(historyQuery(row.kind, row.id));
  const [pair, setPair] = useState<Pair | null>(null);
  if (history.error) return <ErrorNotice error={history.error} onRetry={() => history.refetch()} />;
  const items = history.data?.items ?? [];
  const latest = items[0]?.revision ?? row.revision;
  const shown = pair ?? { from: Math.max(1, latest - 1), to: latest };
  return (
    <TwoPanes
      main={
        <Card fill="scroll">
          {latest > 1 && (
            <div className={`${styles.titles} ${styles.ends}`} aria-hidden="true">
              <span>{m.field_from()}</span>
              <span>{m.field_to()}</span>
            </div>
          )}
          <ul aria-label={m.tab_revisions()}>
            {items.map((item) => (
              <Line
                key={item.revision}
                item={item}
                pair={shown}
                latest={latest}
                row={row}
                draft={draft}
                onPair={setPair}
              />
            ))}
          </ul>
        </Card>
      }
      side={
        latest > 1 ? (
          <Compared row={row} pair={shown} />
        ) : (
          <p className={styles.only}>{m.revision_only()}</p>
        )
      }
    />
  );
}

interface LineProps extends Props {
  item: RevisionRow;
  pair: Pair;
  latest: number;
  onPair: (pair: Pair) => void;
}

function Line({ item, pair, latest, row, draft, onPair }: LineProps) {
  const client = useQueryClient();
  const undo = useUndo();
  const { revision } = item;
  const bringBack = async () => {
    try {
      const changed = await callDocument(row.kind, 'revert', { id: row.id, revision });
      await draft.leaveFor(baseOf(await callDocument(row.kind, 'show', { id: row.id })));
      invalidate(client, [row.kind, `${row.kind}:${row.id}`, 'operation']);
      toast({
        text: m.revision_brought_back({ number: revision }),
        action: undoAction(undo, changed.operation_id),
      });
    } catch (thrown) {
      tellFailure(thrown);
    }
  };
  const pick = (side: keyof Pair) => {
    const next = { ...pair, [side]: revision };
    onPair(next.from > next.to ? { from: next.to, to: next.from } : next);
  };
  return (
    <li className={styles.line} data-testid={`revision-${revision}`}>
      <span className={styles.ends} hidden={latest === 1}>
        <input
          type="radio"
          name="from"
          aria-label={m.compare_from({ number: revision })}
          checked={pair.from === revision}
          onChange={() => pick('from')}
        />
        <input
          type="radio"
          name="to"
          aria-label={m.compare_to({ number: revision })}
          checked={pair.to === revision}
          onChange={() => pick('to')}
        />
      </span>
      <span className={styles.number}>{revision}</span>
      <span className={styles.words}>
        <span>{label('operation', item.operation)}</span>
        <small>
          {item.actor} · <Time at={item.at} />
        </small>
      </span>
      {revision !== latest && (
        <Button look="quiet" onPress={bringBack} data-testid={`revert-${revision}`}>
          {m.revision_bring_back()}
        </Button>
      )}
    </li>
  );
}

function Compared({ row, pair }: { row: DocumentRow; pair: Pair }) {
  const [as, setAs] = useState<'form' | 'text'>('form');
  const compared = useQuery(compareQuery(row.kind, row.id, pair.from, pair.to));
  return (
    <div className={styles.compared}>
      <div className={styles.head}>
        <h2>
          {m.revision_pair({ from: pair.from, to: pair.to })}
          {compared.data && <small>{differenceCount(compared.data)}</small>}
        </h2>
        <Segments
          label={m.view_choice()}
          size="small"
          value={as}
          onChange={setAs}
          options={[
            { value: 'form', label: m.as_form() },
            { value: 'text', label: m.as_text() },
          ]}
        />
      </div>
      {compared.error && <ErrorNotice error={compared.error} />}
      {compared.data &&
        (as === 'form' ? (
          <Differences differences={compared.data.differences} tense="past" />
        ) : (
          <div className={styles.text}>
            <TextDifference
              label={m.as_text()}
              before={compared.data.before}
              after={compared.data.after}
            />
          </div>
        ))}
    </div>
  );
}
