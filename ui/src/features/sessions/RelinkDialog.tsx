import { useQueryClient } from '@tanstack/react-query';
import { Button, Dialog, ErrorNotice, Icon, Notice, Spring, toast } from '@/components';
import { counted, m, sentences, visible } from '@/i18n';
import type { PickedPlace, SessionRelinked } from '@/ipc';
import { useCommand } from '../command';
import { WorkProgress } from '../plan/WorkProgress';
import { useLongLook } from '../useLongLook';
import styles from './RecoveryWizard.module.css';
import { movedHere } from './work';

interface Props {
  /** Where the folder was. */
  path: string;
  /** Where somebody says it is. */
  to: PickedPlace;
  onClose: () => void;
}

/** What of a folder of configurations is where it was pointed to, before sessions look there. */
export function RelinkDialog({ path, to, onClose }: Props) {
  const client = useQueryClient();
  const look = useLongLook('session_relink', { path, to: { picked: to.token }, dry_run: true });
  const relink = useCommand('session_relink', []);
  const found = look.data;
  const isNone = found !== undefined && found.found + found.changed === 0 && found.gone > 0;
  const go = () =>
    relink.mutate(
      { path, to: { picked: to.token } },
      {
        onSuccess: (now) => {
          movedHere(client);
          onClose();
          const lacks = now.changed + now.gone > 0;
          toast({
            tone: lacks ? 'warn' : 'ok',
            text: sentences(
              counted('relinked', now.sessions),
              m.relinked_files({ what: whatIsThere(now).join(m.list_separator()) }),
            ),
          });
        },
      },
    );
  const error = look.error ?? relink.error;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={m.relink_title()}
      data-testid="dialog-relink"
      foot={
        <>
          <Spring />
          <Button onPress={onClose} data-testid="relink-close">
            {isNone ? m.close() : m.cancel()}
          </Button>
          {found && !isNone && (
            <Button
              look="primary"
              isDisabled={relink.isPending}
              onPress={go}
              data-testid="relink-go"
            >
              {m.relink_go()}
            </Button>
          )}
        </>
      }
    >
      <div className={styles.place}>
        <Icon name="folder" />
        <code data-selectable>{visible(to.label)}</code>
      </div>
      {error && <ErrorNotice error={error} />}
      {!found && !error && (
        <WorkProgress
          title={m.relink_looking()}
          status="running"
          progress={look.progress}
          startedAt={look.startedAt}
          onCancel={onClose}
        />
      )}
      {isNone && (
        <Notice tone="warn" icon="warn">
          {m.relink_none()}
        </Notice>
      )}
      {found && !isNone && (
        <>
          <p>{counted('relink_sessions', found.sessions)}</p>
          <ul className={styles.list} data-testid="relink-found">
            {whatIsThere(found).map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}

/** How many of the files are there as they were, otherwise, or not at all. */
function whatIsThere({ found, changed, gone }: SessionRelinked): string[] {
  const counts = { relink_found: found, relink_changed: changed, relink_gone: gone };
  return Object.entries(counts).flatMap(([stem, count]) =>
    count > 0 ? [counted(stem, count)] : [],
  );
}
