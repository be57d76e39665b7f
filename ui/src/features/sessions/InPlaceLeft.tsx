import { Button } from '@/components';
import { counted, m, visible } from '@/i18n';
import { type Message, type SessionPutInPlace, shell } from '@/ipc';
import { tellFailure } from '../command';
import wizard from './RecoveryWizard.module.css';
import { reasonWords } from './words';

/** Whether a file is not written because its keys are not kept: what of it is, is in the session's own copy. */
export function lacksKeys(reason: Message | undefined): boolean {
  return reason?.code.startsWith('in_place_masked') ?? false;
}

interface LeftProps {
  session: string;
  done: SessionPutInPlace;
}

/** The files that were not written, and those that were without their keys. */
export function InPlaceLeft({ session, done: { written, left, made_masked = [] } }: LeftProps) {
  const whole = written.length - made_masked.length;
  return (
    <section data-testid="in-place-left">
      {whole > 0 && <p>{counted('session_in_place_done', whole)}</p>}
      {made_masked.length > 0 && (
        <>
          <p>{counted('session_in_place_masked', made_masked.length)}</p>
          <ul className={wizard.list}>
            {made_masked.map((path) => (
              <li key={path}>{visible(path)}</li>
            ))}
          </ul>
        </>
      )}
      {left.length > 0 && (
        <>
          <p>{counted('session_in_place_left', left.length)}</p>
          <ul className={wizard.list}>
            {left.map(({ path, reason }) => (
              <li key={path}>
                {visible(path)}
                <small>{reasonWords(reason)}</small>
              </li>
            ))}
          </ul>
        </>
      )}
      {left.some(({ reason }) => lacksKeys(reason)) && <OpenCopy session={session} />}
    </section>
  );
}

/** The way to the session's own copy of its files. */
export function OpenCopy({ session }: { session: string }) {
  return (
    <p>
      <Button
        icon="folder"
        onPress={() => void shell.open_session_copy({ id: session }).catch(tellFailure)}
        data-testid="in-place-copy"
      >
        {m.session_open_copy()}
      </Button>
    </p>
  );
}
