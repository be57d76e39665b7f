import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { invalidate } from '@/app/queries';
import { Button, Dialog, ErrorNotice, Notice, Spring, toast } from '@/components';
import { begun, counted, label, m, number, say, visible } from '@/i18n';
import { CallError, call, type FolderShow, type PickedPlace } from '@/ipc';
import { tableListQuery } from './queries';
import styles from './TableList.module.css';

interface Props {
  folder: FolderShow;
  /** The file that was chosen or dropped. */
  from: PickedPlace;
  onClose: () => void;
}

/** Before a list of tables is put into a folder: which tables were found in it, and what was not taken. */
export function TableListDialog({ folder, from, onClose }: Props) {
  const client = useQueryClient();
  const plan = useQuery(tableListQuery(folder.id, from));
  const [failure, setFailure] = useState<CallError | null>(null);
  const [isBusy, setBusy] = useState(false);
  const found = plan.data;
  const canPut = found !== undefined && !found.same && found.names.length > 0 && !isBusy;
  const put = async () => {
    if (!canPut) return;
    setBusy(true);
    try {
      const input = { id: folder.id, from: { picked: from.token }, sha256: found.sha256 };
      const done = await call('folder_put_table_list', input);
      invalidate(client, ['folder', 'operation']);
      toast({ text: counted('table_list_done', done.tables) });
      onClose();
    } catch (thrown) {
      const error = CallError.from(thrown);
      setFailure(error);
      // The file has changed meanwhile: what is in it now is shown.
      if (error.code === 'plan_changed') void plan.refetch();
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      onEnter={() => void put()}
      title={m.table_list_title({ name: visible(folder.name) })}
      subtitle={visible(from.label)}
      data-testid="dialog-table-list"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button
            look="primary"
            onPress={() => void put()}
            isDisabled={!canPut}
            data-testid="table-list-put"
          >
            {m.table_list_apply()}
          </Button>
        </>
      }
    >
      {plan.error && <ErrorNotice error={plan.error} onRetry={() => plan.refetch()} />}
      {found && (
        <>
          <p>
            {counted('table_list_found', found.names.length, {
              encoding: label('encoding', found.encoding),
            })}
          </p>
          {found.names.length > 0 && (
            <ol className={styles.names} data-testid="table-names">
              {found.names.map((name) => (
                <li key={name}>{visible(name)}</li>
              ))}
            </ol>
          )}
          {found.dropped.length > 0 && (
            <section className={styles.dropped} data-testid="table-dropped">
              <p>{counted('table_list_dropped', found.dropped.length)}</p>
              <ul>
                {found.dropped.map(({ line, text, why }) => (
                  <li key={`${line} ${text}`}>
                    <small>{m.table_list_line({ line: number(line) })}</small>
                    <code>{visible(text)}</code>
                    <small>{begun(visible(say(why)))}</small>
                  </li>
                ))}
              </ul>
            </section>
          )}
          {found.same ? (
            <Notice tone="ok" icon="check">
              {m.table_list_same()}
            </Notice>
          ) : (
            found.replaces && (
              <Notice tone="off" icon="info">
                {m.table_list_kept()}
              </Notice>
            )
          )}
        </>
      )}
      {failure && <ErrorNotice error={failure} />}
    </Dialog>
  );
}
