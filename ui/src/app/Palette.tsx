import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useDeferredValue, useEffect, useEffectEvent, useState } from 'react';
import {
  Autocomplete,
  Dialog,
  Header,
  ListBox,
  ListBoxItem,
  ListBoxSection,
  Modal,
  ModalOverlay,
} from 'react-aria-components';
import { Icon, type IconName, SearchField, useRested } from '@/components';
import { documentLink, KINDS } from '@/features/catalog/kinds';
import { everywhereQuery } from '@/features/catalog/queries';
import { pickFolderForImport, pickForImport } from '@/features/import/store';
import { foundRunsQuery } from '@/features/runs/queries';
import { openRunSheet } from '@/features/runs/sheet/store';
import { quit } from '@/features/settings/quit';
import { label, m, visible, when } from '@/i18n';
import type { Kind } from '@/ipc';
import styles from './Palette.module.css';
import { NONE_OF_THEM, PLACES } from './places';

/** Letters from which on runs are looked for: of one, nearly all have it. */
const SOUGHT = 2;

/** Milliseconds without a letter before runs are looked for: that is a search of all that they said. */
const REST = 200;

interface Entry {
  id: string;
  icon: IconName;
  name: string;
  detail?: string;
  run: () => void;
}

interface Props {
  isOpen: boolean;
  onClose: () => void;
}

/** Ctrl K: every document and everything that can be done, by name, and runs by what is said in them. */
export function Palette({ isOpen, onClose }: Props) {
  return (
    <ModalOverlay
      className={styles.veil}
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => !open && onClose()}
    >
      <Modal className={styles.modal}>
        <Dialog className={styles.dialog} aria-label={m.search()} data-testid="palette">
          <Search onClose={onClose} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Search({ onClose }: { onClose: () => void }) {
  const [query, setQuery] = useState('');
  const words = useDeferredValue(query.trim());
  const actions = useActions().filter((entry) => matches(entry.name, words));
  const { documents, isAnswered: hasDocuments } = useDocuments(words);
  const runs = runsOf(documents, words);
  const { history, isAnswered: hasHistory } = useHistory(words);
  const found = [
    { id: 'documents', name: m.palette_documents(), entries: documents },
    { id: 'runs', name: m.palette_runs(), entries: runs },
    { id: 'history', name: m.nav_runs(), entries: history },
  ];
  const done = { id: 'actions', name: m.palette_actions(), entries: actions };
  // Who types the beginning of what can be done wants that, unless a document is called so.
  const wantsDone = isNamed(actions, words) && !isNamed(documents, words);
  const sections = (wantsDone ? [done, ...found] : [...found, done]).filter(
    (section) => section.entries.length > 0,
  );
  const all = new Map(
    sections.flatMap((section) => section.entries).map((entry) => [entry.id, entry]),
  );
  const act = (entry: Entry | undefined) => {
    onClose();
    entry?.run();
  };
  const isTyped = words === query.trim();
  // What comes later may only stand below it.
  const isFirstKnown = isTyped && hasDocuments && (wantsDone || documents.length > 0 || hasHistory);
  const first = useFirst(query, isFirstKnown ? (sections[0]?.entries[0] ?? null) : undefined, act);
  return (
    <Autocomplete inputValue={query} onInputChange={setQuery}>
      {/* Escape closes, whatever is typed; it does not empty the field first. */}
      <div
        className={styles.field}
        onKeyDownCapture={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Escape') {
            event.stopPropagation();
            onClose();
          } else first.onKeyDown(event);
        }}
      >
        <SearchField
          label={m.palette_search()}
          look="bare"
          autoFocus
          data-testid="palette-search"
        />
      </div>
      <ListBox
        className={styles.list}
        aria-label={m.search()}
        onAction={(id) => act(all.get(String(id)))}
        renderEmptyState={() => <div className={styles.empty}>{m.palette_nothing()}</div>}
      >
        {sections.map((section) => (
          <ListBoxSection key={section.id} id={section.id}>
            <Header className={styles.header}>{section.name}</Header>
            {section.entries.map((entry) => (
              <ListBoxItem
                key={entry.id}
                id={entry.id}
                textValue={entry.name}
                className={styles.entry}
              >
                <Icon name={entry.icon} />
                <span className={styles.name}>{entry.name}</span>
                {entry.detail && <span className={styles.detail}>{entry.detail}</span>}
              </ListBoxItem>
            ))}
          </ListBoxSection>
        ))}
      </ListBox>
    </Autocomplete>
  );
}

/** The keys by which somebody chooses a row. */
const CHOOSING = new Set(['ArrowDown', 'ArrowUp', 'Home', 'End', 'PageDown', 'PageUp']);

/**
 * Return means the first row for what is typed, also where that is still being asked for: then it acts once it is
 * there, unless something else is typed first. Of rows that are chosen the list takes care. `first` is undefined as
 * long as it is not known, and null where there is none.
 */
function useFirst(query: string, first: Entry | null | undefined, act: (entry: Entry) => void) {
  const [wanted, setWanted] = useState<string>();
  const [chosen, setChosen] = useState<string>();
  // What is typed again later is another wish.
  if (wanted !== undefined && wanted !== query) setWanted(undefined);
  if (chosen !== undefined && chosen !== query) setChosen(undefined);
  const go = useEffectEvent(() => {
    setWanted(undefined);
    if (first) act(first);
  });
  const isDue = wanted !== undefined && first !== undefined;
  useEffect(() => {
    if (isDue) go();
  }, [isDue]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (CHOOSING.has(event.key)) setChosen(query);
    const isInField = event.target instanceof HTMLInputElement;
    if (event.key !== 'Enter' || !isInField || query.trim() === '' || chosen !== undefined) return;
    event.preventDefault();
    event.stopPropagation();
    setWanted(query);
  };
  return { onKeyDown };
}

function matches(name: string, words: string): boolean {
  return name.toLocaleLowerCase().includes(words.toLocaleLowerCase());
}

/** Whether a name begins as the words do. */
function isNamed(entries: readonly Entry[], words: string): boolean {
  const begin = words.toLocaleLowerCase();
  return begin !== '' && entries.some(({ name }) => name.toLocaleLowerCase().startsWith(begin));
}

function useActions(): Entry[] {
  const navigate = useNavigate();
  return [
    ...PLACES.map((place) => ({
      id: `go ${place.id}`,
      icon: place.icon,
      name: m.palette_go_to({ place: place.name() }),
      run: () => void navigate(place.link),
    })),
    { id: 'run', icon: 'play', name: m.run_start_choose(), run: () => openRunSheet() },
    { id: 'import', icon: 'import', name: m.import_files(), run: () => void pickForImport() },
    {
      id: 'import folder',
      icon: 'folder',
      name: m.import_folder(),
      run: () => void pickFolderForImport(),
    },
    {
      id: 'back up',
      icon: 'shield',
      name: m.backup_now(),
      run: () => void navigate({ to: '/backup' }),
    },
    {
      id: 'config open',
      icon: 'session',
      name: m.config_open(),
      run: () =>
        void navigate({
          to: '/sessions/{-$id}',
          params: NONE_OF_THEM,
          search: { ask: 'config' },
        }),
    },
    {
      id: 'sessions import',
      icon: 'session',
      name: m.palette_sessions_import(),
      run: () =>
        void navigate({
          to: '/sessions/{-$id}',
          params: NONE_OF_THEM,
          search: { ask: 'import' },
        }),
    },
    {
      id: 'help',
      icon: 'help',
      name: m.help(),
      run: () => void navigate({ to: '/help/$page', params: { page: 'getting-started' } }),
    },
    { id: 'quit', icon: 'cross', name: m.quit(), run: () => void quit() },
  ];
}

interface FoundDocument extends Entry {
  kind: Kind;
  document: string;
}

function useDocuments(words: string) {
  const navigate = useNavigate();
  const { data, isPending, isPlaceholderData } = useQuery(everywhereQuery(words));
  const documents: FoundDocument[] = (data ?? []).map((row) => ({
    id: `${row.kind} ${row.id}`,
    kind: row.kind,
    document: row.id,
    icon: KINDS[row.kind].icon,
    name: visible(row.name),
    detail: label('kind_name', row.kind),
    run: () => void navigate(documentLink(row.kind, row.id)),
  }));
  return { documents, isAnswered: !isPending && !isPlaceholderData };
}

/** The newest runs in which the words are, and the list of all of them, where there are any or may be older ones. */
function useHistory(words: string): { history: Entry[]; isAnswered: boolean } {
  const navigate = useNavigate();
  const isSought = words.length >= SOUGHT;
  const rested = useRested(words, REST);
  const { data, isPending, isPlaceholderData } = useQuery({
    ...foundRunsQuery(rested),
    enabled: rested.length >= SOUGHT,
  });
  const isAnswered = !isSought || (rested === words && !isPending && !isPlaceholderData);
  if (!isSought || !data) return { history: [], isAnswered };
  if (data.items.length === 0 && data.next === null) return { history: [], isAnswered };
  const found = data.items.map((run) => ({
    id: `history ${run.id}`,
    icon: 'clock' as const,
    name: visible(run.workflow_name),
    detail: `${label('status', run.status)} · ${when(run.start_time)}`,
    run: () => void navigate({ to: '/runs/$id', params: { id: run.id } }),
  }));
  const all: Entry = {
    id: 'history all',
    icon: 'runs',
    name: m.palette_runs_all({ words }),
    run: () => void navigate({ to: '/runs', search: { q: words } }),
  };
  return { history: [...found, all], isAnswered };
}

/** The workflows that were found can be run right here, once one has typed for them. */
function runsOf(documents: readonly FoundDocument[], words: string): Entry[] {
  if (words === '') return [];
  return documents
    .filter(({ kind }) => kind === 'workflow')
    .map(({ document, name }) => ({
      id: `run ${document}`,
      icon: 'play',
      name: m.palette_run({ name }),
      run: () => openRunSheet({ workflow: document }),
    }));
}
