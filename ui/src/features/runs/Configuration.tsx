import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { counted, m } from '@/i18n';
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
