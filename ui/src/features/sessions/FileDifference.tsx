import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, Dialog, ErrorNotice, Segments, Spring } from '@/components';
import { CodeView } from '@/components/CodeView';
import { TextDifference } from '@/components/TextDifference';
import { label, m, visible } from '@/i18n';
import type { Input, SessionCandidate, SessionComparedFile } from '@/ipc';
import { Differences } from '../catalog/Differences';
import styles from '../plan/ItemComparison.module.css';
import { compareDefinitionQuery, compareFileQuery } from './queries';
import { reasonWords, sourceTitle } from './words';

interface Props {
  input: Input<'session_compare_file'>;
  /** Of the original, as it was then. */
  hash?: string;
  onClose: () => void;
}

/** A file as it was and as it is, in the language of the form where it is a workflow, and as text. */
export function FileDifference({ input, hash, onClose }: Props) {
  const compared = useQuery(compareFileQuery(input));
  return (
    <Difference
      title={visible(input.path)}
      language={languageOf(input.path)}
      compared={compared}
      hash={hash}
      sides={m.session_sides()}
      onClose={onClose}
    />
  );
}

interface DefinitionProps {
  session: string;
  candidate: SessionCandidate;
  onClose: () => void;
}

/** A definition that is no file beside what the session worked with. */
export function DefinitionDifference({ session, candidate, onClose }: DefinitionProps) {
  const definition = candidate.source === 'embedded' ? 'embedded' : 'revision';
  const compared = useQuery(compareDefinitionQuery({ id: session, definition }));
  return (
    <Difference
      title={sourceTitle(candidate)}
      language="yaml"
      compared={compared}
      sides={
        definition === 'embedded'
          ? m.session_definition_sides_embedded()
          : m.session_definition_sides_revision()
      }
      onClose={onClose}
    />
  );
}

type Language = 'json' | 'markdown' | 'yaml';

function languageOf(path: string): Language {
  return /\.json$/i.test(path) ? 'json' : /\.md$/i.test(path) ? 'markdown' : 'yaml';
}

interface DifferenceProps {
  title: string;
  language: Language;
  compared: UseQueryResult<SessionComparedFile>;
  hash?: string;
  /** What stands on either side. */
  sides: string;
  onClose: () => void;
}

function Difference({ title, language, compared, hash, sides, onClose }: DifferenceProps) {
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="wide"
      title={title}
      subtitle={subtitleOf(compared.data, hash)}
      data-testid="dialog-file-difference"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.close()}</Button>
        </>
      }
    >
      {compared.error && (
        <ErrorNotice error={compared.error} onRetry={() => void compared.refetch()} />
      )}
      {compared.data && (
        <Compared title={title} language={language} sides={sides} compared={compared.data} />
      )}
    </Dialog>
  );
}

interface ComparedProps {
  title: string;
  language: Language;
  sides: string;
  compared: SessionComparedFile;
}

function Compared({ title, language, sides, compared }: ComparedProps) {
  const { places, reason, before, after } = compared;
  const isOneSided = before === undefined || after === undefined || before === after;
  const hasForm = places.length > 0;
  const [wanted, setAs] = useState<'form' | 'text'>('form');
  const as = hasForm ? wanted : 'text';
  if (reason) return <p>{reasonWords(reason)}</p>;
  if (isOneSided)
    return (
      <div className={styles.comparison}>
        <div className={styles.head}>{onlySide(compared)}</div>
        <div className={styles.text}>
          <CodeView label={title} language={language} value={before ?? after ?? ''} />
        </div>
      </div>
    );
  return (
    <div className={styles.comparison}>
      <div className={styles.head}>
        <span>{sides}</span>
        {hasForm ? (
          <Segments
            label={m.view_choice()}
            size="small"
            value={as}
            onChange={setAs}
            options={[
              { value: 'form', label: m.as_form(), testid: 'as-form' },
              { value: 'text', label: m.as_text(), testid: 'as-text' },
            ]}
          />
        ) : null}
      </div>
      {as === 'form' ? (
        <Differences differences={places} tense="past" />
      ) : (
        <div className={styles.text}>
          <TextDifference label={title} before={before ?? ''} after={after ?? ''} />
        </div>
      )}
      {compared.unshown ? (
        <div className={styles.head}>{label('session_compared', compared.unshown)}</div>
      ) : null}
    </div>
  );
}

/** Which side is shown, where there is only one or both say the same. */
function onlySide({ before, after, unshown }: SessionComparedFile): string {
  if (before === after)
    return unshown ? label('session_compared', unshown) : m.session_both_sides();
  return after === undefined ? m.session_only_then() : m.session_only_now();
}

function subtitleOf(compared: SessionComparedFile | undefined, hash: string | undefined) {
  const told = [hash && m.session_file_hash({ hash }), compared && encodingWords(compared)];
  return told.filter(Boolean).join(' · ') || undefined;
}

/** In which encoding it was read, where that is worth a word. */
function encodingWords({ before_encoding, after_encoding }: SessionComparedFile): string {
  const told = [before_encoding, after_encoding].flatMap((one) =>
    one && one !== 'utf8' ? [m.item_encoding({ encoding: label('encoding', one) })] : [],
  );
  return [...new Set(told)].join(' · ');
}
