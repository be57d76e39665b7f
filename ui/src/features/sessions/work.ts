/** What is done with sessions and takes its time; it goes on while other pages are looked at. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { invalidate } from '@/app/queries';
import { toast } from '@/components';
import { m, visible } from '@/i18n';
import { CallError, type Input, type SessionRestored } from '@/ipc';
import { tellFailure } from '../command';
import { LongWork } from '../longWork';

/** What somebody has just done himself is shown at once, however often the rest is asked for. */
export function changedHere(client: QueryClient): void {
  for (const key of ['sessions', 'sessions recoverable', 'session', 'session stats'])
    void client.invalidateQueries({ queryKey: [key] });
  invalidate(client, ['run', 'operation']);
}

const restores = new Map<string, LongWork<'session_restore'>>();

/** What is being brought back for one session, or was, until what came of it was seen. */
export function restoreWork(session: string): LongWork<'session_restore'> {
  const known = restores.get(session) ?? new LongWork('session_restore');
  restores.set(session, known);
  return known;
}

const snapshots = new Map<string, LongWork<'session_snapshot'>>();

/** The snapshot that is being taken of one session. */
export function snapshotWork(session: string): LongWork<'session_snapshot'> {
  const known = snapshots.get(session) ?? new LongWork('session_snapshot');
  snapshots.set(session, known);
  return known;
}

/** Brings the configuration of a session back; the panel tells how far that is and what it failed with. */
export function useRestore(session: string) {
  const client = useQueryClient();
  return async (input: Omit<Input<'session_restore'>, 'id'>): Promise<SessionRestored | null> => {
    try {
      return await restoreWork(session).start({ id: session, ...input });
    } catch {
      return null;
    } finally {
      changedHere(client);
    }
  };
}

/** Goes on with a session: to its run, once that goes on. */
export function useGoOn(session: { id: string; name: string }) {
  const restore = useRestore(session.id);
  const navigate = useNavigate();
  return async (input: Omit<Input<'session_restore'>, 'id' | 'resume'>) => {
    const restored = await restore({ ...input, resume: true });
    if (!restored) return;
    restoreWork(session.id).forget();
    const name = visible(session.name);
    toast(
      restored.complete
        ? { text: m.session_went_on_now({ name }) }
        : { tone: 'warn', text: m.session_went_on_part({ name }) },
    );
    if (restored.run_id) void navigate({ to: '/runs/$id', params: { id: restored.run_id } });
  };
}

/** Keeps the configuration of a session as it is now, and says what came of it. */
export function useSnapshot(session: string) {
  const client = useQueryClient();
  return async () => {
    try {
      const { snapshot, changed } = await snapshotWork(session).start({ id: session });
      const number = snapshot.sequence;
      toast({
        text: changed ? m.session_snapshot_taken({ number }) : m.session_snapshot_same({ number }),
      });
    } catch (thrown) {
      tellFailure(CallError.from(thrown));
    } finally {
      snapshotWork(session).forget();
      changedHere(client);
    }
  };
}

export const importWork = new LongWork('session_import');
export const createWork = new LongWork('session_create');
export const cleanUpWork = new LongWork('session_clean_up');
export const scrubWork = new LongWork('session_scrub');
