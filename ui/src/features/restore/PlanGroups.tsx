import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Card, ErrorNotice, Icon, Tick } from '@/components';
import { counted, label, m, number, say, when } from '@/i18n';
import type { GroupCount, PlanGroup, PlanItem, PlanSummary } from '@/ipc';
import { KINDS } from '../catalog/kinds';
import { planItemsSource, useDecide } from '../plan/plans';
import { GROUP_LOOKS, isChoosable, itemName, yoursWords } from '../plan/words';
import styles from './PlanGroups.module.css';
import { PlanParts } from './PlanParts';

/** Rows of a group shown at first, and with each further step. */
const FIRST = 6;
const STEP = 100;

interface Props {
  plan: string;
  summary: PlanSummary;
  open: number | undefined;
  onOpen: (item: PlanItem) => void;
}

/** The plan as groups of intent; what is the same is only counted. */
export function PlanGroups({ plan, summary, open, onOpen }: Props) {
  return (
    <Card fill="scroll">
      {summary.groups
        .filter((group) => group.group !== 'same')
        .map((group) => (
          <Group key={group.group} plan={plan} group={group} open={open} onOpen={onOpen} />
        ))}
      <PlanParts plan={plan} parts={summary.parts} />
    </Card>
  );
}

interface GroupProps extends Omit<Props, 'summary'> {
  group: GroupCount;
}

function Group({ plan, group: { group, count, chosen }, open, onOpen }: GroupProps) {
  const source = planItemsSource(plan, group);
  const decide = useDecide(plan);
  const pages = useInfiniteQuery({
    queryKey: source.key,
    queryFn: ({ pageParam }) => source.load(pageParam, pageParam === 0 ? FIRST : STEP),
    initialPageParam: 0,
    getNextPageParam: (last, all) => {
      const shown = all.reduce((sum, page) => sum + page.items.length, 0);
      return shown < last.total ? shown : undefined;
    },
  });
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const choosable = isChoosable(group);
  const look = GROUP_LOOKS[group];
  return (
    <section aria-label={label('group', group)} data-testid={`group-${group}`}>
      <h2 className={styles.group}>
        {choosable ? (
          <Tick
            label={m.choose_group({ name: label('group', group) })}
            state={chosen === 0 ? false : chosen === count ? true : 'some'}
            onChange={(on) => decide.mutate({ group, decision: on ? 'take' : 'skip' })}
            data-testid={`choose-${group}`}
          />
        ) : (
          <span style={{ color: `var(--${look.tone})`, display: 'grid' }}>
            <Icon name={look.icon} />
          </span>
        )}
        <span>{label('group', group)}</span>
        <small>{isYours(group) ? m.group_yours_hint() : number(count)}</small>
      </h2>
      {pages.error && <ErrorNotice error={pages.error} />}
      <ul>
        {items.map((item) => (
          <li
            key={item.item}
            className={styles.item}
            data-on={item.item === open || undefined}
            data-testid={`item-${item.item}`}
          >
            {choosable ? (
              <Tick
                label={m.choose_named({ name: nameOf(item) })}
                state={item.decision !== 'skip'}
                onChange={(on) =>
                  decide.mutate({ items: [item.item], decision: on ? 'take' : 'skip' })
                }
              />
            ) : (
              <span className={styles.bad}>
                <Icon name="warn" />
              </span>
            )}
            <button
              type="button"
              className={styles.open}
              aria-pressed={item.item === open}
              onClick={() => onOpen(item)}
            >
              <Icon name={item.kind ? KINDS[item.kind].icon : 'file'} />
              <span className={styles.name}>{nameOf(item)}</span>
              <small>{noteOf(item)}</small>
            </button>
          </li>
        ))}
      </ul>
      {count > items.length && items.length > 0 && (
        <div className={styles.more}>
          <Button
            look="quiet"
            onPress={() => void pages.fetchNextPage()}
            isDisabled={pages.isFetchingNextPage}
          >
            {counted('more_items', count - items.length)}
          </Button>
        </div>
      )}
    </section>
  );
}

/** Groups of what you did yourself since: never ticked beforehand. */
function isYours(group: PlanGroup): boolean {
  return group === 'changed_here' || group === 'deleted_here';
}

function nameOf(item: PlanItem): string {
  const name = itemName(item);
  return item.kind && item.kind !== 'workflow'
    ? m.kind_colon({ kind: label('kind_name', item.kind), name })
    : name;
}

function noteOf(item: PlanItem): string {
  if (item.reason) return say(item.reason);
  if (item.differences !== null && item.differences > 0)
    return [yoursWords(item), counted('differences', item.differences)].filter(Boolean).join(' · ');
  if (item.updated_there) return m.from_when({ when: when(item.updated_there) });
  return '';
}
