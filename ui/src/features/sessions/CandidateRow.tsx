import { useState } from 'react';
import { Button, Chip, Icon } from '@/components';
import { counted, dated, listed, m, visible } from '@/i18n';
import type { SessionCandidate, SessionShow } from '@/ipc';
import { isChoosable } from './candidates';
import { DefinitionDifference } from './FileDifference';
import styles from './RecoveryWizard.module.css';
import { reasonWords, sourceTitle } from './words';

/** So many files are named that were left out. */
const NAMED = 3;

interface Props {
  session: SessionShow;
  candidate: SessionCandidate;
  isRecommended: boolean;
  isChosen: boolean;
  onChoose: () => void;
}

/** One source a session can go on from, or why it cannot. */
export function CandidateRow({ candidate, isChosen, onChoose, ...props }: Props) {
  const testid = `source-${candidate.source}`;
  if (!isChoosable(candidate))
    return (
      <div className={styles.source} data-testid={testid}>
        <span className={styles.mark}>
          <Icon name="cross" />
        </span>
        <Words candidate={candidate} {...props} />
      </div>
    );
  return (
    <div className={styles.choice} data-on={isChosen || undefined} data-testid={testid}>
      <label className={styles.source}>
        <input
          type="radio"
          name={`source of ${props.session.id}`}
          checked={isChosen}
          onChange={onChoose}
        />
        <Words candidate={candidate} {...props} />
      </label>
      {isDefinition(candidate) && candidate.differs > 0 && (
        <Places session={props.session.id} candidate={candidate} />
      )}
    </div>
  );
}

function isDefinition({ source }: SessionCandidate): boolean {
  return source === 'embedded' || source === 'revision';
}

/** Shows in which places a definition is not what was worked with. */
function Places({ session, candidate }: { session: string; candidate: SessionCandidate }) {
  const [isShown, setShown] = useState(false);
  return (
    <>
      <Button
        look="quiet"
        aria-label={m.session_show_difference_of({ path: sourceTitle(candidate) })}
        onPress={() => setShown(true)}
        data-testid={`show-${candidate.source}`}
      >
        {m.session_show_difference()}
      </Button>
      {isShown && (
        <DefinitionDifference
          session={session}
          candidate={candidate}
          onClose={() => setShown(false)}
        />
      )}
    </>
  );
}

function Words({
  session,
  candidate,
  isRecommended,
}: Pick<Props, 'session' | 'candidate' | 'isRecommended'>) {
  const { source, reason, begins_with, left_out, lost } = candidate;
  return (
    <span>
      <span className={styles.title}>
        <b>{sourceTitle(candidate)}</b>
        {isRecommended && <Chip tone="ok">{m.session_recommended()}</Chip>}
      </span>
      <small className={styles.detail}>{detailOf(session, candidate)}</small>
      {source !== 'file' && reason && (
        <small className={styles.detail}>{reasonWords(reason)}</small>
      )}
      {begins_with !== undefined && (
        <small className={styles.detail}>
          {m.session_source_begins_with({ path: visible(begins_with) })}
        </small>
      )}
      {lost && (
        <small className={styles.detail} data-testid="source-lost">
          {counted('session_lost', lost.length, { names: listed(lost.map(visible), NAMED) })}
        </small>
      )}
      {left_out && (
        <small className={styles.detail} data-testid="source-left-out">
          {counted('session_left_out', left_out.length, {
            names: listed(left_out.map(visible), NAMED),
          })}
        </small>
      )}
    </span>
  );
}

/** What is known of a source besides why it cannot be gone on from. */
function detailOf(session: SessionShow, candidate: SessionCandidate): string {
  const { source, ok, reason, differs } = candidate;
  if (source === 'file') return reason ? reasonWords(reason) : m.session_as_they_were();
  if (!ok) return '';
  const places = differs > 0 ? counted('session_differs', differs) : '';
  if (source === 'embedded')
    return [m.session_definition_as_it_was(), places].filter(Boolean).join(' · ');
  if (source === 'revision') return places;
  const kept = session.snapshots.find(({ id }) => id === candidate.snapshot);
  if (!kept) return '';
  return `${counted('session_files_checked', kept.files.length)} · ${dated(kept.at)}`;
}
