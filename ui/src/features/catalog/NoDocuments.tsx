import { Button, Empty } from '@/components';
import { label, m } from '@/i18n';
import type { Kind } from '@/ipc';
import { pickForImport } from '../import/store';
import { KINDS } from './kinds';

interface Props {
  kind: Kind;
  deleted: boolean;
  isFiltered: boolean;
  onNew: () => void;
  onClear: () => void;
}

/** A list with no rows: why, and the first step. */
export function NoDocuments({ kind, deleted, isFiltered, onNew, onClear }: Props) {
  const { icon } = KINDS[kind];
  if (isFiltered) {
    return (
      <Empty
        icon="find"
        title={m.search_nothing()}
        actions={<Button onPress={onClear}>{m.search_clear()}</Button>}
      >
        {m.search_nothing_hint()}
      </Empty>
    );
  }
  if (deleted) {
    return (
      <Empty icon="trash" title={m.deleted_nothing()}>
        {m.deleted_nothing_hint()}
      </Empty>
    );
  }
  return (
    <Empty
      icon={icon}
      title={label('empty', kind)}
      actions={
        <>
          <Button look="primary" icon="plus" onPress={onNew}>
            {label('new', kind)}
          </Button>
          <Button icon="import" onPress={() => void pickForImport()}>
            {m.import_files()}
          </Button>
        </>
      }
    >
      {label('empty_hint', kind)}
    </Empty>
  );
}
