/** Which sources a session can go on from are offered, and which of them is proposed. */
import type { SessionCandidate, SessionDifference, SessionFile, SessionSnapshot } from '@/ipc';

/** What says that there never was such a source, and so nothing that a person could do about it. */
const NEVER_THERE = ['nothing_embedded', 'no_such_workflow'];

/** Whether a session can go on from it if somebody says so. */
export function isChoosable({ ok, source, reason }: SessionCandidate): boolean {
  return ok || (source === 'file' && reason?.code === 'config_differs');
}

/**
 * The sources that are worth a line. Of the snapshots those up to the newest whole one: an earlier one is only
 * taken when that fails.
 */
export function offered(candidates: readonly SessionCandidate[]): SessionCandidate[] {
  const whole = candidates.find(({ source, ok }) => source === 'snapshot' && ok);
  const isAny = candidates.some(isChoosable);
  return candidates.filter((one) => {
    if (one.source === 'snapshot') return !whole || (one.sequence ?? 0) >= (whole.sequence ?? 0);
    return !isAny || !NEVER_THERE.includes(one.reason?.code ?? '');
  });
}

/** Those of all sources that are offered, and every snapshot that can be gone on from. */
export function isWorthALine(shown: readonly SessionCandidate[]) {
  return (one: SessionCandidate) => shown.includes(one) || (one.source === 'snapshot' && one.ok);
}

/**
 * What is chosen before anybody has: the first that is as it was. The workflow as it is in the catalog today is
 * another one, which only a person chooses.
 */
export function recommended(candidates: readonly SessionCandidate[]): SessionCandidate | undefined {
  return candidates.find(({ ok, source }) => ok && source !== 'revision');
}

/** Names a source among the others. */
export function keyOf({ source, snapshot }: SessionCandidate): string {
  return snapshot === undefined ? source : `${source} ${snapshot}`;
}

/**
 * The newest snapshot of what the work had. One of what stood there before files were written over holds those alone,
 * and is what the work was not to have.
 */
export function newestOfTheWork(
  snapshots: readonly SessionSnapshot[],
): SessionSnapshot | undefined {
  return snapshots.findLast(isOfTheWork);
}

/** The newest of them that has any file: one that was taken when none was there keeps nothing. */
export function newestWithFiles(
  snapshots: readonly SessionSnapshot[],
): SessionSnapshot | undefined {
  const ofTheWork = snapshots.filter(isOfTheWork);
  return ofTheWork.findLast(({ files }) => files.length > 0) ?? ofTheWork.at(-1);
}

/** The snapshot from which the work would go on: one taken after a file was deleted is no better for being newer. */
export function firstOfTheWork(snapshots: readonly SessionSnapshot[]): SessionSnapshot | undefined {
  const ofTheWork = snapshots.filter(isOfTheWork);
  const least = Math.min(...ofTheWork.map(({ missing }) => missing.length));
  return ofTheWork.findLast(({ missing }) => missing.length === least);
}

export function isOfTheWork({ reason }: SessionSnapshot): boolean {
  return reason !== 'before_in_place';
}

export type Today = 'same' | SessionDifference['kind'];

export interface FileRow {
  path: string;
  today: Today;
  isMasked: boolean;
  difference?: SessionDifference;
}

/** Each file of a snapshot beside what it is today: those first that are not as they were. */
export function fileRows(
  snapshot: SessionSnapshot | undefined,
  differences: readonly SessionDifference[],
): FileRow[] {
  const known = new Map(differences.map((difference) => [difference.path, difference]));
  const kept = (snapshot?.files ?? []).map(({ path, masked }): FileRow => {
    const difference = known.get(path);
    known.delete(path);
    return { path, today: difference?.kind ?? 'same', isMasked: masked, difference };
  });
  const others = [...known.values()].map((difference) => ({
    path: difference.path,
    today: difference.kind,
    isMasked: false,
    difference,
  }));
  const rows: FileRow[] = [...kept, ...others];
  return [
    ...rows.filter(({ today }) => today !== 'same'),
    ...rows.filter(({ today }) => today === 'same'),
  ];
}

/** The files of a snapshot that come back without their keys: the keys are not kept, and no longer stand where they were. */
export function lackingKeys(
  snapshot: SessionSnapshot | undefined,
  differences: readonly SessionDifference[],
): string[] {
  const rows = fileRows(snapshot, differences);
  return rows.filter(({ isMasked, today }) => isMasked && today !== 'same').map(({ path }) => path);
}

/** How a snapshot differs from the one before. */
export interface Step {
  added: string[];
  changed: string[];
  left: string[];
}

export function stepBetween(before: SessionSnapshot, after: SessionSnapshot): Step {
  const then = new Map(before.files.map((file) => [file.path, file.sha256]));
  const now = new Set(after.files.map(({ path }) => path));
  const of = (wanted: (file: SessionFile) => boolean) =>
    after.files.filter(wanted).map(({ path }) => path);
  return {
    added: of(({ path }) => !then.has(path)),
    changed: of(({ path, sha256 }) => then.has(path) && then.get(path) !== sha256),
    left: [...then.keys()].filter((path) => !now.has(path)),
  };
}
