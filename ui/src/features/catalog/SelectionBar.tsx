import { Button, type Selection, Spring } from '@/components';
import { counted, m } from '@/i18n';
import type { Kind } from '@/ipc';
import styles from './DocumentsPage.module.css';
import type { DocumentActions } from './useDocumentActions';

interface Props {
  kind: Kind;
  selection: Selection;
  deleted: boolean;
  actions: DocumentActions;
  onClear: () => void;
}

/** What can be done with the chosen rows; it comes and goes with the choice. */
export function SelectionBar({ selection, deleted, actions, onClear }: Props) {
  const ids = [...selection];
  return (
    <div className={styles.bar} role="toolbar" aria-label={m.selection_label()}>
      <span>{counted('chosen', selection.size)}</span>
      <Button look="quiet" onPress={onClear}>
        {m.clear_selection()}
      </Button>
      <Spring />
      {deleted ? (
        <Button icon="undo" onPress={() => void actions.bringBack(ids)} data-testid="undelete">
          {m.bring_back()}
        </Button>
      ) : (
        <>
          <Button icon="export" onPress={() => void actions.write(ids)} data-testid="export">
            {m.export_files()}
          </Button>
          <Button icon="trash" onPress={() => void actions.remove(ids)} data-testid="delete">
            {m.delete_it()}
          </Button>
        </>
      )}
    </div>
  );
}
