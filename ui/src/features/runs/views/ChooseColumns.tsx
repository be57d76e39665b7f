import { Button, Dialog, Tick } from '@/components';
import { m } from '@/i18n';
import styles from './Views.module.css';
import { COLUMNS, type ColumnKey, USUAL } from './views';

interface Props {
  columns: readonly ColumnKey[];
  onColumns: (columns: readonly ColumnKey[]) => void;
  onClose: () => void;
}

export const COLUMN_NAMES: Record<ColumnKey, () => string> = {
  actor: m.run_column_by,
  started: m.run_column_started,
  ended: m.run_column_ended,
  took: m.run_column_took,
  id: m.run_column_id,
};

/** What the list of runs tells beside status and workflow; each tick shows at once. */
export function ChooseColumns({ columns, onColumns, onClose }: Props) {
  return (
    <Dialog
      title={m.view_columns_title()}
      subtitle={m.view_columns_hint()}
      isOpen
      onClose={onClose}
      size="narrow"
      foot={
        <>
          <Button look="quiet" onPress={() => onColumns(USUAL)} data-testid="columns-usual">
            {m.view_columns_usual()}
          </Button>
          <span className={styles.spring} />
          <Button look="primary" onPress={onClose} data-testid="columns-done">
            {m.view_columns_done()}
          </Button>
        </>
      }
      data-testid="dialog-columns"
    >
      <div className={styles.columns}>
        {COLUMNS.map((column) => (
          <Tick
            key={column}
            state={columns.includes(column)}
            onChange={(on) =>
              onColumns(COLUMNS.filter((one) => (one === column ? on : columns.includes(one))))
            }
            data-testid={`column-${column}`}
          >
            {COLUMN_NAMES[column]()}
          </Tick>
        ))}
      </div>
    </Dialog>
  );
}
