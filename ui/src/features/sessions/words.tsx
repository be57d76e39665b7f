import { Chip, type IconName, type Tone } from '@/components';
import { begun, counted, dated, label, m, say, visible, when } from '@/i18n';
import type {
  Message,
  SessionCandidate,
  SessionRow,
  SessionShow,
  SessionStatedTime,
  SessionUnkept,
} from '@/ipc';
import { firstOfTheWork } from './candidates';
import { isNotStarted } from './stand';

type Confidence = SessionRow['confidence'];

const LOOKS: Record<Confidence, { icon: IconName; tone: Tone }> = {
  complete: { icon: 'check', tone: 'ok' },
  partial: { icon: 'warn', tone: 'warn' },
  none: { icon: 'cross', tone: 'fail' },
  no_config: { icon: 'info', tone: 'off' },
};

/** How sure it is that a session can go on as it was; what was missing when it was kept still is, and is no harm done since. */
export function ConfidenceChip({
  confidence,
  missing,
}: Pick<SessionRow, 'confidence' | 'missing'>) {
  if (confidence === 'complete' && missing > 0)
    return <Chip icon="check">{counted('session_confidence_missing', missing)}</Chip>;
  return <Chip {...LOOKS[confidence]}>{label('session_confidence', confidence)}</Chip>;
}

/**
 * Why a session cannot be taken up as it was, as far as is known without a look at its files; nothing where it can,
 * and where it has come to its end.
 */
export function whyInPart(session: SessionShow): string[] {
  const { confidence, origin, snapshots, status } = session;
  if (confidence === 'complete' || confidence === 'no_config' || status === 'completed') return [];
  if (session.unkept) return [unkeptWords(session.unkept)];
  const newest = firstOfTheWork(snapshots);
  if (!newest) {
    if (origin === 'import1') return [m.session_part_definition()];
    return [origin === 'import2' ? m.session_part_named() : m.session_part_none()];
  }
  if (newest.status === 'failed') return [m.session_part_unread()];
  const isDamaged = newest.status === 'complete' || newest.damaged !== undefined;
  const counts = {
    config_missing: newest.missing.length,
    config_ambiguous: newest.ambiguous.length,
    config_unparsed: newest.unparsed.length,
    config_masked: newest.files.filter((file) => file.masked).length,
  };
  const parts = Object.entries(counts).flatMap(([stem, count]) =>
    count > 0 ? [counted(stem, count)] : [],
  );
  return isDamaged ? [m.session_part_damaged(), ...parts] : parts;
}

type Stand = Pick<
  SessionRow,
  | 'status'
  | 'steps_done'
  | 'steps'
  | 'updated_at'
  | 'created_at'
  | 'origin'
  | 'run_id'
  | 'run_status'
>;

/** Since when a session stands how, and how far its run is. */
export function standWords(row: Stand): string {
  const { status, run_status, steps_done, steps, updated_at } = row;
  // Its run is called here as it is everywhere else.
  const word = run_status ? label('status', run_status) : label('session_status', status);
  // When an earlier tool was interrupted is not known; when its session came in is.
  if (originWords(row) !== '' && row.run_id === undefined)
    return m.session_brought_at({ when: when(row.created_at) });
  if (isNotStarted(row)) return m.session_kept_at({ when: when(updated_at) });
  const since =
    status === 'interrupted'
      ? m.session_interrupted_at({ when: when(updated_at) })
      : m.session_changed_at({ status: word, when: when(updated_at) });
  return [since, stepWords(status, steps_done, steps)].filter(Boolean).join(' · ');
}

/** When a session began and was last written, as the file of an earlier tool says. */
export function statedWords({
  stated_created_at: created,
  stated_updated_at: updated,
}: Pick<SessionRow, 'stated_created_at' | 'stated_updated_at'>): string | undefined {
  if (created && updated)
    return m.session_stated_times({ created: statedTime(created), updated: statedTime(updated) });
  if (created) return m.session_stated_created({ created: statedTime(created) });
  return updated && m.session_stated_updated({ updated: statedTime(updated) });
}

/** Without a zone it is the clock of a machine nobody knows. */
function statedTime({ text, has_zone }: SessionStatedTime): string {
  const said = visible(dated(text));
  return has_zone ? said : m.session_stated_no_zone({ when: said });
}

/** Where its run is: at a step while it goes on, else how many are done. */
function stepWords(
  status: SessionRow['status'],
  done: number | undefined,
  steps: number | undefined,
): string {
  if (done === undefined || !steps) return '';
  if (status === 'completed' || status === 'aborted' || done >= steps)
    return m.session_steps_done({ done, steps });
  return m.session_step_of({ step: done + 1, steps });
}

/** Where a session comes from, where that is not from here. */
export function originWords({ origin }: Pick<SessionRow, 'origin'>): string {
  return origin === 'import1' || origin === 'import2' ? label('session_origin', origin) : '';
}

/** Why, as a line of its own. */
export function reasonWords(reason: Message): string {
  const text = visible(say(reason));
  const path = reason.fields?.path;
  // The name of a file is no word of a sentence.
  return path !== undefined && text.startsWith(visible(path)) ? text : begun(text);
}

/** Of a run of which nothing is kept: where what it refers to is, and why nothing was. */
export function unkeptWords({ folders, forgotten, imported }: SessionUnkept): string {
  if (imported) return m.session_unkept_imported();
  if (forgotten)
    return m.session_unkept_forgotten({ by: visible(forgotten.by), when: dated(forgotten.at) });
  const path = folders[0];
  return path === undefined ? m.session_unkept() : m.session_unkept_in({ path: visible(path) });
}

/** What a source is called; of files also with which snapshot they were compared. */
export function sourceTitle({ source, sequence, compared }: SessionCandidate): string {
  if (source === 'file' && compared !== undefined)
    return m.session_source_beside({ source: label('session_source', source), number: compared });
  if (source !== 'snapshot') return label('session_source', source);
  if (sequence === 1) return m.session_snapshot_first();
  return sequence === undefined
    ? m.session_source_snapshot()
    : m.session_source_snapshot_number({ number: sequence });
}

/** The lines in which something is masked, in words. */
export function keyLines(places: readonly { line: number; what: string }[]): string {
  const lines = [...new Set(places.map(({ line }) => line))];
  const said = m.snapshot_key_lines({ lines: lines.join(m.list_separator()) });
  const isUnread = places.some(({ what }) => what === 'unread');
  return isUnread ? `${said} · ${m.snapshot_key_unread()}` : said;
}

/** A kind of file of a configuration. */
export function kindWords(kind: string): string {
  return label('config_kind', kind.replaceAll('-', '_'));
}

/** How many files, and what they take. */
export function filesWords(count: number, size: string): string {
  return `${counted('n_files', count)} · ${size}`;
}
