import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { RefObject } from 'react';
import { Dialog, Popover } from 'react-aria-components';
import { createPortal } from 'react-dom';
import { Button, ErrorNotice, useRested } from '@/components';
import fields from '@/components/fields.module.css';
import { exactly, m, number } from '@/i18n';
import type { RunRow, Status } from '@/ipc';
import { lengthSoFar, useNow } from '../now';
import { StatusMark } from '../status';
import styles from './History.module.css';
import { type Mark, statusesOf } from './marks';
import { stretchQuery, type Which } from './queries';
import { markWords, runStart } from './words';

/** So long the pointer rests on a box before its runs are asked for, in milliseconds. */
const RESTS = 200;
/** So many runs a card names while it is only looked at. */
const LOOKED = 5;
const WIDTH = 300;

export interface Chosen {
  /** Absent where it is of several; `null` of single operations. Of neither can runs be asked for. */
  workflow: string | null | undefined;
  name: string;
  mark: Mark;
  which: Which;
  /** Whether other runs of its workflow were made in the same time. */
  isAmong: boolean;
}

function useRuns({ workflow, mark, which }: Chosen, isAsked: boolean) {
  return useQuery({
    ...stretchQuery(workflow ?? '', mark.made, which, statusesOf(mark, which.status)),
    enabled: isAsked && typeof workflow === 'string' && mark.kind !== 'planned',
  });
}

/** What lies under the pointer: what it is, and the newest of its runs. */
export function HoverCard({ chosen, box }: { chosen: Chosen; box: DOMRect }) {
  const rested = useRested(chosen.mark, RESTS);
  const runs = useRuns(chosen, rested === chosen.mark).data?.runs;
  const now = useNow(null);
  const left = Math.max(8, Math.min(box.left, innerWidth - WIDTH - 8));
  const isBelow = box.bottom + 190 < innerHeight;
  const place = isBelow ? { top: box.bottom + 6 } : { bottom: innerHeight - box.top + 6 };
  // The chart would hold it: what lies in it is cut at its edges.
  return createPortal(
    <div
      className={styles.card}
      style={{ left, width: WIDTH, ...place }}
      aria-hidden="true"
      data-testid="history-hover"
    >
      <Head chosen={chosen} />
      {runs && runs.length > 0 && (
        <ul className={styles.runsOf}>
          {runs.slice(0, LOOKED).map((run) => (
            <li key={run.id} className={styles.runOf}>
              <RunWords run={run} now={now} />
            </li>
          ))}
        </ul>
      )}
    </div>,
    document.body,
  );
}

function Head({ chosen: { name, mark } }: { chosen: Chosen }) {
  return (
    <>
      <b className={styles.cardName}>{name}</b>
      <p className={styles.cardWords}>{markWords(mark)}</p>
    </>
  );
}

function RunWords({ run, now }: { run: RunRow; now: Date }) {
  return (
    <>
      <StatusMark status={run.status} noted={run.noted} />
      <span className={styles.runWhen} title={exactly(run.start_time)}>
        {runStart(run)}
      </span>
      <span className={styles.runTook}>{lengthSoFar(run, now)}</span>
    </>
  );
}

interface ListProps {
  chosen: Chosen;
  anchor: RefObject<HTMLElement | null>;
  onClose: () => void;
  /** Leads to the list of the runs of its time, of this status and workflow where they are told. */
  onList: (mark: Mark, of: { workflow?: string; status?: Status }) => void;
}

/** The runs of a box, to choose one of them. */
export function MarkList({ chosen, anchor, onClose, onList }: ListProps) {
  const { data, error, refetch } = useRuns(chosen, true);
  const navigate = useNavigate();
  const now = useNow(null);
  const { mark, workflow } = chosen;
  return (
    <Popover
      className={`${fields.popover} ${styles.list}`}
      triggerRef={anchor}
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      placement="bottom start"
      offset={4}
    >
      <Dialog
        className={fields.options}
        aria-label={`${chosen.name}: ${markWords(mark)}`}
        data-testid="history-list"
      >
        <Head chosen={chosen} />
        {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {typeof workflow !== 'string' && (
          <p className={styles.cardWords}>
            {workflow === null ? m.history_single_runs() : m.history_group_runs()}
          </p>
        )}
        <ul className={styles.runsOf}>
          {data?.runs.map((run, index) => (
            <li key={run.id}>
              <button
                type="button"
                className={`${styles.runOf} ${styles.runButton}`}
                // biome-ignore lint/a11y/noAutofocus: the list is opened to choose from it
                autoFocus={index === 0}
                onClick={() => void navigate({ to: '/runs/$id', params: { id: run.id } })}
                data-testid={`history-run-${run.id}`}
              >
                <RunWords run={run} now={now} />
              </button>
            </li>
          ))}
        </ul>
        <ListFoot chosen={chosen} statuses={data?.statuses} onList={onList} />
      </Dialog>
    </Popover>
  );
}

interface FootProps extends Pick<ListProps, 'chosen' | 'onList'> {
  /** Which of them its runs have, as soon as that is known. */
  statuses: readonly Status[] | undefined;
}

/** The way to the list: with how many it will show where it shows the runs of the box and no others. */
function ListFoot({ chosen: { mark, workflow, isAmong }, statuses, onList }: FootProps) {
  const isOfOne = typeof workflow === 'string';
  if (isOfOne && statuses === undefined) return null;
  const status = statuses?.length === 1 ? statuses[0] : undefined;
  const isExact = isOfOne && (status !== undefined || !isAmong);
  const count = mark.kind === 'failures' ? mark.failed : mark.runs;
  if (isExact && count <= 1) return null;
  return (
    <div className={styles.listFoot}>
      <Button
        look="quiet"
        onPress={() => onList(mark, isOfOne ? { workflow, status } : {})}
        data-testid="history-in-list"
      >
        {isExact ? m.history_in_list({ count: number(count) }) : m.history_stretch_in_list()}
      </Button>
    </div>
  );
}
