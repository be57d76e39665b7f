import type { ReactNode } from 'react';
import { Icon } from '@/components';
import { counted, listed, m, visible } from '@/i18n';
import type {
  SessionAmbiguous,
  SessionFile,
  SessionLeftOut,
  SessionMissing,
  SessionUnread,
} from '@/ipc';
import styles from './Files.module.css';
import { keyLines, reasonWords } from './words';

interface Props {
  files: readonly SessionFile[];
  missing: readonly SessionMissing[];
  elsewhere?: readonly SessionMissing[];
  ambiguous: readonly SessionAmbiguous[];
  unparsed: readonly SessionUnread[];
  unread?: readonly SessionUnread[];
  left_out: readonly SessionLeftOut[];
}

/** So many of the files that fit are named. */
const NAMED = 3;

/** What of a configuration is missing, not sure, not understood, masked or not wanted, and where that stands. */
export function Findings(found: Props) {
  const { files, missing, elsewhere = [], ambiguous, unparsed, unread = [], left_out } = found;
  const masked = files.filter((file) => file.masked);
  return (
    <>
      <Finding tone="fail" stem="config_unread" items={unread.map(ofFile)} />
      <Finding
        tone="warn"
        stem="config_missing"
        items={missing.map((one) => ({
          key: `${one.from} ${one.pointer} ${one.reference}`,
          words: missingWords(one)({ name: visible(one.reference), path: visible(one.from) }),
          detail: one.pointer,
        }))}
      />
      <Finding
        tone="off"
        stem="config_elsewhere"
        items={elsewhere.map(({ reference, from, pointer }) => ({
          key: `${from} ${pointer} ${reference}`,
          words: m.config_missing_in({ name: visible(reference), path: visible(from) }),
          detail: pointer,
        }))}
      />
      <Finding
        tone="warn"
        stem="config_ambiguous"
        items={ambiguous.map(({ reference, from, pointer, taken }) => ({
          key: `${from} ${pointer} ${reference}`,
          words: m.config_missing_in({ name: visible(reference), path: visible(from) }),
          detail: listed(taken.map(visible), NAMED),
        }))}
      />
      <Finding tone="warn" stem="config_unparsed" items={unparsed.map(ofFile)} />
      <Finding
        tone="warn"
        stem="config_masked"
        items={masked.map(({ path, masked_places }) => ({
          key: path,
          words: visible(path),
          detail: keyLines(masked_places),
        }))}
      />
      <Finding
        tone="off"
        stem="config_left_out"
        items={left_out.map(({ path }) => ({ key: path, words: visible(path) }))}
      />
    </>
  );
}

function missingWords({ looked, leads_out = false }: SessionMissing) {
  if (looked === undefined) return m.config_outside_in;
  return leads_out ? m.config_not_inside_in : m.config_missing_in;
}

interface Item {
  key: string;
  words: string;
  detail?: ReactNode;
}

function ofFile({ path, reason }: SessionUnread): Item {
  return { key: path, words: visible(path), detail: reasonWords(reason) };
}

interface FindingProps {
  tone: 'fail' | 'warn' | 'off';
  /** What is counted, in the catalogue. */
  stem: string;
  items: readonly Item[];
}

function Finding({ tone, stem, items }: FindingProps) {
  if (items.length === 0) return null;
  return (
    <details className={styles.finding} data-tone={tone} data-testid={stem}>
      <summary>
        <Icon name={tone === 'off' ? 'skip' : 'warn'} /> {counted(stem, items.length)}
      </summary>
      <ul>
        {items.map(({ key, words, detail }) => (
          <li key={key}>
            {words}
            {detail && <small>{detail}</small>}
          </li>
        ))}
      </ul>
    </details>
  );
}
