import { useQuery } from '@tanstack/react-query';
import { Button, Dialog, Spring } from '@/components';
import { counted, m } from '@/i18n';
import type { ImportResult } from '@/ipc';
import { useUndo } from '../command';
import { failedQuery } from '../plan/plans';
import { failedRows, ResultList } from '../restore/ResultList';

interface Props {
  plan: string;
  result: ImportResult;
  onClose: () => void;
}

/** What an import did where not everything came in: each file that did not, and why. */
export function ImportOutcomeList({ plan, result, onClose }: Props) {
  const undo = useUndo();
  const { undo_id } = result;
  const failed = useQuery(failedQuery(plan, true));
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={counted('imported_count', result.imported + result.updated)}
      subtitle={[
        counted('import_failed', result.failed),
        result.unchanged > 0 && counted('import_sum_same', result.unchanged),
        result.skipped > 0 && counted('import_sum_left_out', result.skipped),
      ]
        .filter(Boolean)
        .join(' · ')}
      data-testid="dialog-import-result"
      foot={
        <>
          {undo_id && (
            <Button
              icon="undo"
              onPress={() => {
                undo(undo_id);
                onClose();
              }}
              data-testid="undo"
            >
              {m.undo_import()}
            </Button>
          )}
          <Spring />
          <Button look="primary" onPress={onClose}>
            {m.close()}
          </Button>
        </>
      }
    >
      <ResultList rows={failedRows(failed.data)} />
    </Dialog>
  );
}
