import { Card, IconButton } from '@/components';
import { OrderedRows } from '@/components/OrderedRows';
import { m } from '@/i18n';
import { useDraft } from '../draft/DraftContext';
import { isObject } from '../draft/edits';
import { BoundArea, BoundText } from './bound';
import styles from './forms.module.css';
import { OtherFields } from './OtherFields';
import { type RowsScope, rowsAt } from './rows';
import { asText, inside, nameText, otherKeys, type Scope, spelled } from './scope';
import { TwoPanes } from './TwoPanes';

const LISTS = ['milestones', 'epics', 'stories', 'tasks'] as const;
type ListName = (typeof LISTS)[number];
const TITLES: Record<ListName, () => string> = {
  milestones: m.milestones,
  epics: m.epics,
  stories: m.stories,
  tasks: m.tasks,
};

interface Props {
  at: string | undefined;
  onAt: (at: string) => void;
}

/** A roadmap: its title, and its milestones, epics, stories and tasks as lists. */
export function RoadmapForm({ at, onAt }: Props) {
  const draft = useDraft();
  const lists = LISTS.flatMap((name) => {
    const list =
      draft.at([name]) === undefined && name !== 'milestones' ? null : rowsAt(draft, [name]);
    return list ? [{ name, list }] : [];
  });
  const firstFilled = lists.find(({ list }) => list.rows.length > 0);
  const open =
    at ?? (firstFilled ? `${firstFilled.name}/${firstFilled.list.order[0] ?? 0}` : undefined);
  const [name, index] = open?.split('/') ?? [];
  const chosen = lists.find((entry) => entry.name === name)?.list;
  const place = Number(index);
  return (
    <TwoPanes
      narrow="stack"
      sideKey={open}
      main={
        <>
          <About />
          {lists.map((entry) => (
            <Rows key={entry.name} {...entry} open={open} onAt={onAt} />
          ))}
        </>
      }
      side={
        chosen?.rows[place] ? (
          <RowForm key={open} scope={chosen.row(place)} onRemove={() => chosen.remove(place)} />
        ) : undefined
      }
    />
  );
}

function About() {
  const draft = useDraft();
  const metadata = draft.at(['metadata']);
  const wrapped = isObject(metadata) && ('title' in metadata || 'name' in metadata);
  const scope = wrapped ? inside(draft, ['metadata']) : draft;
  const title = spelled(scope.view, 'title', 'name');
  const others = otherKeys(draft.view, [
    ...LISTS,
    ...(wrapped ? ['metadata'] : [title, 'description']),
  ]);
  return (
    <Card>
      <div className={styles.form}>
        <BoundText scope={scope} path={[title]} label={m.field_title()} data-testid="field-name" />
        <BoundArea scope={scope} path={['description']} label={m.field_description()} rows={2} />
        {wrapped && (
          <OtherFields scope={scope} keys={otherKeys(scope.view, [title, 'description'])} />
        )}
        <OtherFields scope={draft} keys={others} adding="offered" />
      </div>
    </Card>
  );
}

interface RowsProps {
  name: ListName;
  list: RowsScope;
  open: string | undefined;
  onAt: (at: string) => void;
}

function Rows({ name, list, open, onAt }: RowsProps) {
  const rows = list.order.map((index) => {
    const row = list.rows[index] ?? {};
    const text = nameText(row.name ?? row.title) || nameText(row.id) || m.unnamed();
    return { key: `${name}/${index}`, name: text, plainName: text, detail: asText(row.status) };
  });
  const add = () => {
    list.add({
      [spelled(list.rows[0], 'name', 'title')]: m.unnamed(),
      description: '',
      status: 'planned',
    });
    onAt(`${name}/${list.rows.length}`);
  };
  return (
    <Card
      title={TITLES[name]()}
      aside={
        <>
          {rows.length}
          <IconButton
            icon="plus"
            label={m.add_to({ name: TITLES[name]() })}
            onPress={add}
            data-testid={`add-${name}`}
          />
        </>
      }
    >
      <OrderedRows
        label={TITLES[name]()}
        rows={rows}
        selected={open ?? null}
        onSelect={onAt}
        onMove={(from, to) => {
          list.move(from, to);
          onAt(`${name}/${to}`);
        }}
        onRemove={(place) => list.remove(list.order[place] ?? place)}
      />
    </Card>
  );
}

function RowForm({ scope, onRemove }: { scope: Scope; onRemove: () => void }) {
  const title = spelled(scope.view, 'name', 'title');
  const words = asText(scope.at([title]));
  return (
    <div className={styles.form} data-testid="detail">
      <h2 className={styles.heading}>
        <span>{words || m.unnamed()}</span>
        <span className={styles.headingEnd}>
          <IconButton icon="trash" label={m.remove_named({ name: words })} onPress={onRemove} />
        </span>
      </h2>
      <BoundText scope={scope} path={[title]} label={m.field_name()} />
      <BoundArea scope={scope} path={['description']} label={m.field_description()} rows={4} />
      <OtherFields
        scope={scope}
        keys={otherKeys(scope.view, [title, 'description'])}
        adding="offered"
      />
    </div>
  );
}
