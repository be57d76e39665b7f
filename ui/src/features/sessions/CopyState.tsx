import { Button, Notice, Segments } from '@/components';
import { listed, m, visible } from '@/i18n';
import { type Input, type SessionOwnCopy, shell } from '@/ipc';
import { tellFailure } from '../command';

/** What is done with a copy in which keys are filled in and something else is changed. */
export type CopyUse = NonNullable<Input<'session_restore'>['copy']>;

/** So many of the files are named. */
const NAMED = 3;

interface Props {
  session: string;
  copy: SessionOwnCopy;
  picked: CopyUse | undefined;
  onPick: (use: CopyUse) => void;
}

/** Asks whether the work goes on with its own copy, where more than keys was changed in that. */
export function CopyState({ session, copy, picked, onPick }: Props) {
  const { changed, asks } = copy;
  const names = (paths: readonly string[]) => listed(paths.map(visible), NAMED);
  // What is filled in there stands at the head of the session.
  if (!asks) return null;
  const words = m.session_copy_asks({ names: names(changed) });
  return (
    <Notice
      tone="warn"
      icon="warn"
      end={
        <>
          <Segments<CopyUse>
            label={m.session_copy_choice()}
            size="small"
            value={picked ?? null}
            onChange={onPick}
            options={[
              { value: 'changed', label: m.session_copy_use(), testid: 'copy-changed' },
              { value: 'new', label: m.session_copy_other(), testid: 'copy-new' },
            ]}
          />
          <Button
            look="quiet"
            onPress={() =>
              void shell.open_session_copy({ id: session, copy: copy.path }).catch(tellFailure)
            }
            data-testid="copy-open"
          >
            {m.open_folder()}
          </Button>
        </>
      }
      data-testid="copy-state"
    >
      {words}
    </Notice>
  );
}

/** The files that another copy lacks the keys of: what was filled in as it was is in that, too. */
export function withoutProven(lacking: readonly string[], copy: SessionOwnCopy): string[] {
  return lacking.filter((path) => !copy.filled_in.includes(path));
}
