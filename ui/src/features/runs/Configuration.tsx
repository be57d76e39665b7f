import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { counted } from '@/i18n';
import { newestOfTheWork } from '../sessions/candidates';
import { sessionQuery } from '../sessions/queries';

interface Props {
  session: string;
  /** It waits for somebody, who may have to say with which configuration it goes on. */
  isHeld: boolean;
}

/** That the configuration a run works with is kept, and the way to it. */
export function Configuration({ session, isHeld }: Props) {
  const newest = newestOfTheWork(useQuery(sessionQuery(session)).data?.snapshots ?? []);
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
        {counted('run_configuration_line', newest.files.length)}
      </Link>
    </>
  );
}
