import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { Button, Chip, Dialog, ErrorNotice, type IconName, Spring, type Tone } from '@/components';
import { counted, label, m, visible } from '@/i18n';
import { CallError, type PickedPlace, type SessionImported, type SessionImportItem } from '@/ipc';
import { useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import { fileName } from '../plan/words';
import styles from './Import.module.css';
import { pickRoot } from './pick';
import { reasonWords } from './words';
import { changedHere, importWork } from './work';

interface Props {
  places: readonly PickedPlace[];
  onClose: () => void;
}

/** Session files of earlier tools come in; what became of each is told. */
export function ImportSessions({ places, onClose }: Props) {
  const client = useQueryClient();
  const work = useWork(importWork);
  const [result, setResult] = useState<SessionImported | null>(null);
  const bring = useCallback(
    async (root?: PickedPlace) => {
      const asked = places.map(({ token }) => ({ picked: token }));
      try {
        setResult(await importWork.start({ places: asked, root: root && { picked: root.token } }));
      } catch (thrown) {
        if (CallError.from(thrown).code === 'cancelled') onClose();
      } finally {
        changedHere(client);
      }
    },
    [places, client, onClose],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for what was offered
  useEffect(() => {
    if (importWork.state.status !== 'running') void bring();
  }, [places]);
  const close = () => {
    importWork.forget();
    onClose();
  };
  const pointTo = async () => {
    const root = await pickRoot();
    if (root) void bring(root);
  };
  const isBusy = work.status === 'running' || work.status === 'cancelling';
  const unlinked = result?.items.filter(({ config }) => config === null).length ?? 0;
  return (
    <Dialog
      isOpen
      onClose={isBusy ? () => importWork.cancel() : close}
      title={result ? counted('sessions_imported', result.imported) : m.sessions_import_title()}
      subtitle={result && sumWords(result)}
      padding={result && !isBusy ? 'none' : 'normal'}
      data-testid="dialog-import-sessions"
      foot={
        !isBusy && (
          <>
            {unlinked > 0 && (
              <Button icon="folder" onPress={() => void pointTo()} data-testid="import-root">
                {m.sessions_import_root()}
              </Button>
            )}
            <Spring />
            <Button look="primary" onPress={close} data-testid="import-close">
              {m.close()}
            </Button>
          </>
        )
      }
    >
      {isBusy && (
        <WorkProgress
          title={m.sessions_importing()}
          {...work}
          onCancel={() => importWork.cancel()}
        />
      )}
      {work.error && <ErrorNotice error={work.error} onRetry={() => void bring()} />}
      {result && !isBusy && (
        <>
          {unlinked > 0 && (
            <p className={styles.note}>{counted('sessions_import_unlinked', unlinked)}</p>
          )}
          <ul className={styles.items}>
            {result.items.map((item, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two items may have one path
              <Item key={`${item.path} ${index}`} item={item} />
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}

function sumWords({ updated, unchanged, skipped, failed }: SessionImported): string {
  return [
    updated > 0 && counted('import_sum_differs', updated),
    unchanged > 0 && counted('import_sum_same', unchanged),
    skipped > 0 && counted('import_sum_left_out', skipped),
    failed > 0 && counted('import_sum_damaged', failed),
  ]
    .filter(Boolean)
    .join(' · ');
}

const LOOKS: Record<SessionImportItem['action'], { icon: IconName; tone: Tone }> = {
  imported: { icon: 'check', tone: 'ok' },
  updated: { icon: 'check', tone: 'ok' },
  unchanged: { icon: 'check', tone: 'off' },
  skipped: { icon: 'skip', tone: 'off' },
  failed: { icon: 'cross', tone: 'fail' },
};

/** What became of one file. */
function Item({ item }: { item: SessionImportItem }) {
  const { path, name, action, reason } = item;
  const file = fileName(path ?? '');
  return (
    <li className={styles.item} data-testid={`item-${action}`}>
      <span title={visible(path ?? '')}>
        <b>{name === null ? file : visible(name)}</b>
        <small>{[name !== null && file, configWords(item)].filter(Boolean).join(' · ')}</small>
        {reason && <small className={styles.why}>{reasonWords(reason)}</small>}
      </span>
      <Chip {...LOOKS[action]}>{label('session_item', action)}</Chip>
    </li>
  );
}

/** What came of the configuration it names. */
function configWords({ config, snapshot }: SessionImportItem): string {
  if (config === undefined) return '';
  if (config === null) return m.session_item_unlinked();
  return snapshot === 'complete' || snapshot === 'partial' ? label('session_item', snapshot) : '';
}
