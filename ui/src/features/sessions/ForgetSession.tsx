import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, DangerDialog, ErrorNotice, Notice, toast } from '@/components';
import { counted, dated, m, sentences, visible } from '@/i18n';
import type { SessionForgotten, SessionShow } from '@/ipc';
import { useCommand } from '../command';
import { useWork } from '../longWork';
import { isOfTheWork } from './candidates';
import { forgetQuery } from './queries';
import styles from './RecoveryWizard.module.css';
import { placeOf } from './SessionLine';
import { hasConfiguration } from './stand';
import { changedHere, exportWork, useExport } from './work';

interface Props {
  session: SessionShow;
  onClose: () => void;
  /** It is forgotten, and this is what is left of it. */
  onGone: (left: SessionForgotten) => void;
}

/** Whether nothing is left of it. */
export function isClean({ failed, waits, elsewhere, stays = [] }: SessionForgotten): boolean {
  return failed.length === 0 && !waits && !elsewhere && stays.length === 0;
}

/** Asks before a session and its snapshots go. */
export function ForgetSession({ session, onClose, onGone }: Props) {
  const client = useQueryClient();
  const forget = useCommand('session_forget', []);
  const writeOut = useExport(session);
  const isExporting = useWork(exportWork(session.id)).status !== 'idle';
  const name = visible(session.name);
  const preview = useQuery(forgetQuery(session.id));
  const stays = preview.data?.stays ?? [];
  const isOnlyCopy = session.snapshots.some((snapshot) => !isOfTheWork(snapshot));
  // What is left of it is told also where the list no longer has it open.
  const confirm = () =>
    void forget.mutateAsync({ id: session.id }).then(
      (left) => {
        changedHere(client);
        onClose();
        if (isClean(left)) toast({ text: m.session_forgotten({ name }) });
        onGone(left);
      },
      () => {},
    );
  return (
    <DangerDialog
      title={m.session_forget_title({ name })}
      confirm={m.session_forget_yes()}
      isBusy={forget.isPending || isExporting || preview.isPending}
      onConfirm={confirm}
      onClose={onClose}
      data-testid="dialog-forget-session"
      confirmTestId="session-forget-go"
    >
      <p data-testid="forget-which">
        {sentences(
          counted('session_forget_which', session.snapshots.length, {
            when: dated(session.created_at),
          }),
          placeOf(session) && m.session_forget_of({ path: visible(placeOf(session)) }),
        )}
      </p>
      <p>{m.session_forget_words()}</p>
      {preview.isPending && (
        <p className={styles.hint} data-testid="forget-looking">
          {m.session_forget_looking()}
        </p>
      )}
      {preview.error && (
        <ErrorNotice error={preview.error} onRetry={() => void preview.refetch()} />
      )}
      {stays.length > 0 && (
        <div data-testid="forget-stays">
          <p>{counted('session_forget_stays', stays.length)}</p>
          <ul className={styles.list}>
            {stays.map((path) => (
              <li key={path} data-selectable>
                {visible(path)}
              </li>
            ))}
          </ul>
        </div>
      )}
      {isOnlyCopy && (
        <Notice tone="warn" icon="warn" data-testid="forget-only-copy">
          {m.session_forget_only_copy()}
        </Notice>
      )}
      {hasConfiguration(session) && (
        <p>
          <Button
            icon="box"
            isDisabled={isExporting || forget.isPending}
            onPress={() => void writeOut()}
            data-testid="forget-export"
          >
            {m.session_forget_export_first()}
          </Button>
        </p>
      )}
      {forget.error && <ErrorNotice error={forget.error} />}
    </DangerDialog>
  );
}
