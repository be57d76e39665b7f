import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Notice } from '@/components';
import { counted, dated, m, visible } from '@/i18n';
import { newestWithFiles } from '../sessions/candidates';
import { sessionQuery, unkeptQuery } from '../sessions/queries';
import type { ShownRun } from './queries';

interface Props {
  session: string;
  /** It waits for somebody, who may have to say with which configuration it goes on. */
  isHeld: boolean;
}

/** That the configuration a run works with is kept, and the way to it. */
export function Configuration({ session, isHeld }: Props) {
  const newest = newestWithFiles(useQuery(sessionQuery(session)).data?.snapshots ?? []);
  if (!newest) return null;
  return (
    <>
      {' · '}
      <Link
        to="/sessions/{-$id}"
        params={{ id: session }}
        search={isHeld ? {} : { which: 'all', tab: 'files' }}
        data-testid="run-configuration"
      >
        {newest.files.length > 0
          ? counted('run_configuration_line', newest.files.length)
          : m.run_configuration_unkept()}
      </Link>
    </>
  );
}

/** That the session of a run was forgotten, and what can be done with the run since. */
export function forgottenWords({
  forgotten,
  workflow_id,
}: Pick<ShownRun, 'forgotten' | 'workflow_id'>): string | undefined {
  if (!forgotten) return undefined;
  const fields = { by: visible(forgotten.by), when: dated(forgotten.at) };
  return workflow_id === null
    ? m.run_session_was_forgotten_file(fields)
    : m.run_session_was_forgotten(fields);
}

/** The same at the head of the run. */
export function ForgottenSession({ run }: { run: ShownRun }) {
  const navigate = useNavigate();
  const words = forgottenWords(run);
  if (words === undefined) return null;
  return (
    <Notice
      tone="off"
      icon="info"
      data-testid="run-session-forgotten"
      end={
        run.workflow_id === null && (
          <Button
            onPress={() => void navigate({ to: '/sessions/{-$id}', params: {} })}
            data-testid="run-open-sessions"
          >
            {m.nav_sessions()}
          </Button>
        )
      }
    >
      {words}
    </Notice>
  );
}

/** That nothing is kept of the files a run refers to, and the way to where that is changed. */
export function NoConfiguration({ run }: { run: Pick<ShownRun, 'id' | 'workflow_id'> }) {
  // An operation carried out by itself refers to no files.
  const unkept = useQuery({ ...unkeptQuery(run.id), enabled: run.workflow_id !== null }).data;
  if (!unkept?.folders.length) return null;
  return (
    <>
      {' · '}
      <Link
        to="/sessions/{-$id}"
        params={{ id: run.id }}
        search={{ which: 'all', tab: 'snapshots' }}
        data-testid="run-unkept"
      >
        {m.run_configuration_unkept()}
      </Link>
    </>
  );
}
