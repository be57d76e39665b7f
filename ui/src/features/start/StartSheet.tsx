import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Button, Dialog, Folded, Icon, type IconName, Spring } from '@/components';
import { begun, counted, dated, label, m, number, say, visible } from '@/i18n';
import type { StartSheet as Sheet, StartRun } from '@/ipc';
import { beginsApart } from '../alike';
import { sorted } from './needs';
import { startQuery, useSeen } from './queries';
import styles from './StartSheet.module.css';
import { closeStart, useIsStartOpen } from './store';

/** Of so many runs it is told at once how far they were. */
const CERTAIN = 3;

/** Once after a crash or a power cut: how everything stands, and what needs a person. */
export function StartSheet() {
  const sheet = useQuery(startQuery()).data;
  const isOpen = useIsStartOpen();
  return sheet && isOpen ? <Open sheet={sheet} /> : null;
}

function Open({ sheet }: { sheet: Sheet }) {
  const seen = useSeen();
  const look = useLook();
  const { needs, decided, went } = sorted(sheet);
  const [first] = needs;
  // What needs somebody is to be seen without scrolling.
  const at = sheet.runs.length > CERTAIN + 1 ? CERTAIN : sheet.runs.length;
  const [shown, rest] = [sheet.runs.slice(0, at), sheet.runs.slice(at)];
  const begins = beginsApart(sheet.runs, ({ name, started_at: at }) => ({ name, at }));
  const since = (run: StartRun) => {
    const when = begins(run);
    return when !== undefined && m.session_begun_at({ when });
  };
  const understand = () => {
    closeStart();
    seen.mutate();
  };
  return (
    <Dialog
      isOpen
      onClose={closeStart}
      title={m.start_sheet_title({ time: dated(sheet.stopped_at) })}
      subtitle={m.start_sheet_calm()}
      data-testid="dialog-start"
      foot={
        <>
          <Spring />
          {first ? (
            <>
              <Button onPress={closeStart} data-testid="start-later">
                {m.start_later()}
              </Button>
              <Button
                look="primary"
                autoFocus
                onPress={() => look(first)}
                data-testid="start-first"
              >
                {m.start_first()}
              </Button>
            </>
          ) : (
            <Button look="primary" autoFocus onPress={understand} data-testid="start-understood">
              {m.understood()}
            </Button>
          )}
        </>
      }
    >
      <Part icon="check" tone="ok" title={m.start_certain()}>
        {shown.map((run) => (
          <li key={run.run_id}>{joined(stepsWords(run), since(run))}</li>
        ))}
        {rest.length > 0 && (
          <li data-testid="start-certain-rest">
            <Folded summary={m.and_more({ count: number(rest.length) })}>
              <ul>
                {rest.map((run) => (
                  <li key={run.run_id}>{joined(stepsWords(run), since(run))}</li>
                ))}
              </ul>
            </Folded>
          </li>
        )}
        {sheet.folders.map((told) => (
          <li key={say(told)}>{begun(visible(say(told)))}</li>
        ))}
      </Part>
      <Part icon="person" tone="wait" title={m.start_needs()}>
        {needs.map((run) => (
          <li key={run.run_id} className={styles.run} data-testid={`start-${run.run_id}`}>
            <span>
              <b>{joined(visible(run.name), since(run))}</b>
              {whyWords(run).map((why) => (
                <small key={why}>{why}</small>
              ))}
            </span>
            <Button
              onPress={() => look(run)}
              aria-label={m.labelled({
                label: m.start_look(),
                text: joined(visible(run.name), since(run)),
              })}
            >
              {m.start_look()}
            </Button>
          </li>
        ))}
        {needs.length === 0 && <li>{m.start_nothing_needs()}</li>}
      </Part>
      <Standing icon="check" tone="ok" title={m.start_decided()} runs={decided} since={since} />
      <Standing icon="play" tone="run" title={m.start_by_itself()} runs={went} since={since} />
    </Dialog>
  );
}

/** Words with when it began, where that is told. */
function joined(words: string, since: string | false): string {
  return since ? `${words} · ${since}` : words;
}

/** To where a run is decided about: its session, where it stands; one that only asks does so on its own page. */
function useLook() {
  const navigate = useNavigate();
  return ({ run_id, session_id, held, status }: StartRun) => {
    closeStart();
    const stands = held || status === 'interrupted' || status === 'paused';
    void (session_id === undefined || !stands
      ? navigate({ to: '/runs/$id', params: { id: run_id } })
      : navigate({ to: '/sessions/{-$id}', params: { id: session_id } }));
  };
}

function stepsWords({ name, steps_done, steps }: StartRun): string {
  const told = { name: visible(name), steps: number(steps) };
  return steps_done === 0 ? m.start_steps_none(told) : counted('start_steps', steps_done, told);
}

/** Why a run does not go on by itself. */
function whyWords({ questions, held }: StartRun): string[] {
  const asked = questions.flatMap(({ name, running }) => [
    m.start_question({ task: visible(name) }),
    ...(running
      ? [m.broken_running({ name: visible(running.name), process: running.process })]
      : []),
  ]);
  if (held) asked.push(m.start_held());
  return asked.length > 0 ? asked : [m.start_stands()];
}

interface StandingProps extends Omit<PartProps, 'children'> {
  runs: readonly StartRun[];
  since: (run: StartRun) => string | false;
}

/** How runs stand that need nobody. */
function Standing({ runs, since, ...part }: StandingProps) {
  if (runs.length === 0) return null;
  return (
    <Part {...part}>
      {runs.map((run) => (
        <li key={run.run_id}>
          {joined(
            m.start_goes({ name: visible(run.name), status: label('status', run.status) }),
            since(run),
          )}
        </li>
      ))}
    </Part>
  );
}

interface PartProps {
  icon: IconName;
  tone: 'ok' | 'wait' | 'run';
  title: string;
  children: ReactNode;
}

function Part({ icon, tone, title, children }: PartProps) {
  return (
    <section className={styles.part}>
      <h3>
        <span className={styles.mark} style={{ color: `var(--${tone})` }}>
          <Icon name={icon} />
        </span>
        {title}
      </h3>
      <ul>{children}</ul>
    </section>
  );
}
