/** What is done with sessions and takes its time; it goes on while other pages are looked at. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { invalidate } from '@/app/queries';
import { toast } from '@/components';
import { counted, m, sentences, visible } from '@/i18n';
import {
  CallError,
  type CommandName,
  call,
  type Input,
  type SessionInPlacePlan,
  type SessionPutInPlace,
  type SessionRestored,
  type SessionShow,
} from '@/ipc';
import { tellFailure } from '../command';
import { LongWork } from '../longWork';
import { pickTarget } from './pick';
import { isNotStarted } from './stand';

/** What somebody has just done himself is shown at once, however often the rest is asked for. */
export function changedHere(client: QueryClient): void {
  for (const key of ['sessions', 'session counts', 'session', 'session stats'])
    void client.invalidateQueries({ queryKey: [key] });
  invalidate(client, ['run', 'operation']);
}

/** A configuration is somewhere else by now. */
export function movedHere(client: QueryClient): void {
  changedHere(client);
  for (const key of [['config roots'], ['look', 'session_recovery']])
    void client.invalidateQueries({ queryKey: key });
}

/** Work of which each session has its own. */
function ofEach<Name extends CommandName>(name: Name): (session: string) => LongWork<Name> {
  const known = new Map<string, LongWork<Name>>();
  return (session) => {
    const work = known.get(session) ?? new LongWork(name);
    known.set(session, work);
    return work;
  };
}

/** What is being brought back for one session, or was, until what came of it was seen. */
export const restoreWork = ofEach('session_restore');
/** Files of one session that are being put back where they were. */
export const inPlaceWork = ofEach('session_restore');
/** One session that is being pointed to its file. */
export const linkWork = ofEach('session_link');
/** The snapshot that is being taken of one session. */
export const snapshotWork = ofEach('session_snapshot');

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

/** Goes on with a session: to its run, once that goes on. Answers what came back where it waits for keys instead. */
export function useGoOn(session: SessionShow) {
  const restore = useRestore(session.id);
  const navigate = useNavigate();
  return async (input: Omit<Input<'session_restore'>, 'id' | 'resume'>) => {
    const restored = await restore({ ...input, resume: true });
    if (!restored) return null;
    restoreWork(session.id).forget();
    if (restored.waits_for_keys) return restored;
    const name = visible(session.name);
    const { follows, taken_over } = restored;
    const over = follows && counted('session_taken_over', taken_over?.length ?? 0);
    const isNew = isNotStarted(session);
    const done = isNew ? m.session_started_now : m.session_went_on_now;
    const part = isNew ? m.session_started_part : m.session_went_on_part;
    toast(
      restored.complete
        ? { text: sentences(done({ name }), over) }
        : {
            tone: 'warn',
            text: sentences(part({ name }), over),
            action: {
              label: m.session_see_missing(),
              run: () =>
                void navigate({
                  to: '/sessions/{-$id}',
                  params: { id: session.id },
                  search: { which: 'all', tab: 'files' },
                }),
              testid: 'see-missing',
            },
          },
    );
    if (restored.run_id) void navigate({ to: '/runs/$id', params: { id: restored.run_id } });
    return null;
  };
}

/** Whether it was called off before anything was written, or may go on where nobody sees it. */
export type Cancelled = 'cancelled' | 'goes-on';

/** Puts files of a session back where they were, as a plan says; and what was there before, if somebody wants that. */
export function usePutInPlace({ id, name }: { id: string; name: string }) {
  const client = useQueryClient();
  const start = async (plan: SessionInPlacePlan): Promise<SessionPutInPlace | null> => {
    const { source, snapshot, stamp } = plan;
    const masked = plan.files.filter(({ act }) => act === 'makes_masked').map(({ path }) => path);
    try {
      const work = inPlaceWork(id).start({
        id,
        use: source,
        snapshot,
        in_place: stamp,
        ...(masked.length > 0 && { make_masked: masked }),
      });
      return (await work).in_place ?? null;
    } finally {
      changedHere(client);
      void client.invalidateQueries({ queryKey: ['look', 'session_recovery'] });
    }
  };
  const back = async (snapshot: string) => {
    try {
      const done = await start(await call('session_in_place_plan', { id, snapshot }));
      const count = done?.left.length ?? 0;
      if (count > 0) toast({ tone: 'warn', text: counted('session_in_place_undone_but', count) });
      else toast({ text: m.session_in_place_undone({ name: visible(name) }) });
    } catch (thrown) {
      tellFailure(CallError.from(thrown));
    } finally {
      inPlaceWork(id).forget();
    }
  };
  const tell = ({ written, made_masked, left, before, begins_with }: SessionPutInPlace) => {
    const whole = written.length - (made_masked?.length ?? 0);
    if (whole === 0 && begins_with === undefined) return;
    const path = begins_with && visible(begins_with);
    toast({
      tone: left.length > 0 ? 'warn' : 'ok',
      text: sentences(
        whole > 0 && counted('session_in_place_done', whole),
        path && m.session_begins_with_again({ path }),
      ),
      ...(before !== undefined && {
        action: {
          label: m.session_in_place_undo(),
          run: () => void back(before),
          testid: 'in-place-undo',
        },
      }),
    });
  };
  /** The dialog tells what it failed with, and what a cancel came to. */
  const put = async (plan: SessionInPlacePlan): Promise<SessionPutInPlace | Cancelled | null> => {
    try {
      return await start(plan);
    } catch (thrown) {
      const { code, hints } = CallError.from(thrown);
      if (code !== 'cancelled') return null;
      return hints.includes('in_place_goes_on') ? 'goes-on' : 'cancelled';
    }
  };
  return { put, tell };
}

/** Keeps the configuration of a session as it is now, and says what came of it. */
export function useSnapshot({ id: session, works_with }: Pick<SessionShow, 'id' | 'works_with'>) {
  const client = useQueryClient();
  return async () => {
    try {
      const { snapshot, changed } = await snapshotWork(session).start({ id: session });
      const number = snapshot.sequence;
      const kept = changed
        ? m.session_snapshot_taken({ number })
        : m.session_snapshot_same({ number });
      const copy = works_with === 'overlay' && m.session_snapshot_of_copy();
      toast({ tone: 'ok', text: sentences(kept, copy) });
    } catch (thrown) {
      tellFailure(CallError.from(thrown));
    } finally {
      snapshotWork(session).forget();
      changedHere(client);
    }
  };
}

/** What is being written out of one session. */
export const exportWork = ofEach('session_export');

/** Writes everything that is kept of a session into a folder somebody chooses, and says what came of it. */
export function useExport(session: { id: string; name: string }) {
  return async () => {
    const to = await pickTarget(m.session_export_pick());
    if (!to) return;
    const work = exportWork(session.id);
    try {
      const { lost, target_dir } = await work.start({ id: session.id, to: { picked: to.token } });
      const path = visible(target_dir);
      toast(
        lost.length === 0
          ? { text: m.session_exported({ path }) }
          : { tone: 'warn', text: counted('session_exported_part', lost.length, { path }) },
      );
    } catch (thrown) {
      tellFailure(CallError.from(thrown));
    } finally {
      work.forget();
    }
  };
}

export const importWork = new LongWork('session_import');
export const createWork = new LongWork('session_create');
export const cleanUpWork = new LongWork('session_clean_up');
export const scrubWork = new LongWork('session_scrub');
export const moveStoreWork = new LongWork('session_move_store');
