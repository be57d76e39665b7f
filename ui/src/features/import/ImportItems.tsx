import { Button, type Column, Icon, RowList, Segments, Tick, usePages } from '@/components';
import { counted, label, m, say, visible } from '@/i18n';
import type { Decision, PlanItem } from '@/ipc';
import { KINDS } from '../catalog/kinds';
import { planItemsSource, useDecide } from '../plan/plans';
import {
  fileName,
  folderName,
  ImportOutcome,
  isAdded,
  isChoosable,
  itemWords,
} from '../plan/words';
import styles from './ImportItems.module.css';

const ROW = 64;
/** Rows in sight before the list scrolls. */
const IN_SIGHT = 7;

interface Props {
  plan: string;
  total: number;
  onCompare: (item: PlanItem) => void;
}

/** What each file is and what will happen to it. */
export function ImportItems({ plan, total, onCompare }: Props) {
  const pages = usePages(planItemsSource(plan));
  const decide = useDecide(plan);
  const choose = (item: PlanItem, decision: Decision) =>
    decide.mutate({ items: [item.item], decision });
  const columns: Column<PlanItem>[] = [
    {
      key: 'file',
      title: m.column_file(),
      width: 'minmax(0, 1.1fr)',
      cell: (item) => <File item={item} />,
    },
    {
      key: 'what',
      title: m.column_what(),
      width: 'minmax(0, 1.9fr)',
      cell: (item) => <What item={item} />,
    },
    {
      key: 'outcome',
      title: m.column_outcome(),
      width: '212px',
      cell: (item) => (
        <span className={styles.outcome}>
          <ImportOutcome item={item} />
          {item.differences !== null && item.differences > 0 && (
            <Button
              look="quiet"
              onPress={() => onCompare(item)}
              data-testid={`compare-${item.item}`}
            >
              {counted('places', item.differences)}
            </Button>
          )}
        </span>
      ),
    },
    {
      key: 'decision',
      title: '',
      width: '218px',
      align: 'end',
      cell: (item) => <Decide item={item} onChoose={choose} />,
    },
  ];
  return (
    <div className={styles.items} style={{ height: 35 + ROW * Math.min(total, IN_SIGHT) }}>
      <RowList
        label={m.import_title()}
        columns={columns}
        total={pages.total}
        at={pages.at}
        idOf={(item) => String(item.item)}
        onRange={pages.onRange}
        onOpen={(item) => item.differences !== null && onCompare(item)}
        rowHeight={ROW}
      />
    </div>
  );
}

function File({ item }: { item: PlanItem }) {
  const notes = [
    folderName(item.path),
    item.id_derived && isChoosable(item.group) && m.item_no_id(),
    item.encoding &&
      item.encoding !== 'utf8' &&
      m.item_encoding({ encoding: label('encoding', item.encoding) }),
  ].filter(Boolean);
  return (
    <span title={item.path}>
      <span className={styles.line}>{fileName(item.path)}</span>
      {notes.length > 0 && <small className={styles.line}>{notes.join(' · ')}</small>}
    </span>
  );
}

function What({ item }: { item: PlanItem }) {
  if (item.group === 'damaged' || item.group === 'not_ours') {
    const isBad = item.group === 'damaged';
    return (
      <span>
        <span className={`${styles.line} ${isBad ? styles.bad : styles.quiet}`}>
          {item.name ? visible(item.name) : isBad ? m.item_unreadable() : m.item_not_ours()}
        </span>
        {item.reason && (
          <small className={styles.reason} title={say(item.reason)} data-selectable>
            {say(item.reason)}
          </small>
        )}
      </span>
    );
  }
  const warning = item.contains_key
    ? m.item_contains_key()
    : item.runs_something
      ? m.item_runs_something()
      : null;
  return (
    <span>
      <span className={warning ? styles.line : styles.lines} title={itemWords(item)}>
        {item.kind && <Icon name={KINDS[item.kind].icon} />} {itemWords(item)}
      </span>
      {warning && (
        <small className={`${styles.line} ${styles.warn}`} title={warning}>
          {warning}
        </small>
      )}
    </span>
  );
}

interface DecideProps {
  item: PlanItem;
  onChoose: (item: PlanItem, decision: Decision) => void;
}

function Decide({ item, onChoose }: DecideProps) {
  if (!isChoosable(item.group)) return null;
  if (isAdded(item.group)) {
    return (
      <Tick
        state={item.decision !== 'skip'}
        onChange={(on) => onChoose(item, on ? 'take' : 'skip')}
      >
        {m.import_this()}
      </Tick>
    );
  }
  return (
    <Segments<Decision>
      label={m.column_outcome()}
      size="small"
      value={item.decision}
      onChange={(decision) => onChoose(item, decision)}
      options={[
        { value: 'skip', label: m.decision_skip(), testid: `skip-${item.item}` },
        { value: 'take', label: m.decision_take(), testid: `take-${item.item}` },
        { value: 'copy', label: m.decision_copy(), testid: `copy-${item.item}` },
      ]}
    />
  );
}
