import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import {
  Autocomplete,
  Button,
  Dialog,
  DialogTrigger,
  ListBox,
  ListBoxItem,
  Popover,
} from 'react-aria-components';
import { Icon, SearchField } from '@/components';
import fields from '@/components/fields.module.css';
import { m, visible } from '@/i18n';
import { callDocument, documentQuery } from '../catalog/queries';
import styles from './WorkflowPick.module.css';

/** So many are offered; the words one types find the others. */
const OFFERED = 30;
const ALL = '';

interface Props {
  value: string | undefined;
  onChange: (workflow: string | undefined) => void;
  /** What it means when none is chosen; absent where one has to be. */
  all?: string;
}

function foundQuery(words: string) {
  return queryOptions({
    queryKey: ['pick workflow', words],
    queryFn: async () =>
      (await callDocument('workflow', 'list', { query: words || undefined, limit: OFFERED })).items,
    placeholderData: keepPreviousData,
    meta: { tags: ['workflow'] },
  });
}

/** One workflow of any number, found by words. */
export function WorkflowPick({ value, onChange, all }: Props) {
  const [open, setOpen] = useState(false);
  const chosen = useQuery({
    ...documentQuery('workflow', value ?? ''),
    enabled: value !== undefined,
  });
  // One that was deleted has runs all the same.
  const name = value === undefined ? all : visible(chosen.data?.row.name ?? value);
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <Button
        className={`${fields.input} ${fields.choice} ${styles.button}`}
        aria-label={`${m.run_column_workflow()}: ${name ?? m.choose_workflow()}`}
        data-testid="pick-workflow"
      >
        <span className={fields.choiceValue} data-placeholder={name === undefined || undefined}>
          {name ?? m.choose_workflow()}
        </span>
        <Icon name="down" size={14} />
      </Button>
      <Popover
        className={fields.popover}
        placement="bottom start"
        offset={4}
        style={{ minWidth: 280 }}
      >
        <Dialog aria-label={m.run_column_workflow()} className={fields.options}>
          <Found
            all={all}
            value={value}
            onPick={(id) => {
              setOpen(false);
              onChange(id === ALL ? undefined : id);
            }}
          />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Found({
  all,
  value,
  onPick,
}: {
  all?: string;
  value?: string;
  onPick: (id: string) => void;
}) {
  const [query, setQuery] = useState('');
  const words = useDeferredValue(query.trim());
  const found = useQuery(foundQuery(words));
  const options = [
    ...(all && !words ? [{ id: ALL, name: all }] : []),
    ...(found.data ?? []).map((row) => ({ id: row.id, name: visible(row.name) })),
  ];
  return (
    <Autocomplete inputValue={query} onInputChange={setQuery}>
      <div className={fields.popSearch}>
        <SearchField label={m.search()} autoFocus data-testid="pick-workflow-search" />
      </div>
      <ListBox
        className={fields.options}
        aria-label={m.run_column_workflow()}
        items={options}
        onAction={(id) => onPick(String(id))}
        renderEmptyState={() => <div className={fields.nothing}>{m.nothing_to_pick()}</div>}
      >
        {(option) => (
          <ListBoxItem
            id={option.id}
            textValue={option.name}
            className={fields.option}
            data-testid={`pick-${option.id}`}
          >
            <span className={fields.optionWords}>{option.name}</span>
            <span className={fields.optionMark}>
              {option.id === (value ?? ALL) && <Icon name="check" size={14} />}
            </span>
          </ListBoxItem>
        )}
      </ListBox>
    </Autocomplete>
  );
}
