import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Card, ErrorNotice, Segments } from '@/components';
import { CodeView } from '@/components/CodeView';
import { elapsed, label, listed, m, number, visible, visibleLines } from '@/i18n';
import type { Difference, RunDefinition } from '@/ipc';
import { Differences } from '../../catalog/Differences';
import { actionWords, paramWords } from '../../catalog/forms/actions';
import { documentLink } from '../../catalog/kinds';
import type { ShownRun } from '../queries';
import styles from './DefinitionTab.module.css';
import { runDefinitionQuery } from './queries';

/** So many places are told at most. */
const PLACES = 200;
/** So many names stand in a line. */
const NAMED = 5;

/** What a run was carried out from, and what is different today. */
export function DefinitionTab({ run }: { run: ShownRun }) {
  const shown = useQuery(runDefinitionQuery(run.id));
  const [look, setLook] = useState<'form' | 'text'>('form');
  const definition = shown.data;
  if (!definition)
    return shown.error && <ErrorNotice error={shown.error} onRetry={() => void shown.refetch()} />;
  const isUnreadable = definition.total === 0;
  return (
    <div className={styles.tab} data-testid="run-definition">
      {run.workflow_id !== null && <Today workflow={run.workflow_id} today={definition.today} />}
      {isUnreadable ? (
        <p className={styles.quiet}>{m.run_definition_unreadable()}</p>
      ) : (
        <div className={styles.choice}>
          <Segments
            label={m.view_choice()}
            value={look}
            onChange={setLook}
            options={[
              { value: 'form', label: m.run_definition_form(), testid: 'definition-form' },
              { value: 'text', label: m.run_definition_text(), testid: 'definition-text' },
            ]}
          />
        </div>
      )}
      {look === 'form' && !isUnreadable ? (
        <Steps definition={definition} />
      ) : (
        <Card fill="hold">
          <CodeView
            label={m.run_definition()}
            language={definition.format === 'yaml' ? 'yaml' : 'json'}
            value={definition.text}
          />
        </Card>
      )}
    </div>
  );
}

function Today({ workflow, today }: { workflow: string; today: RunDefinition['today'] }) {
  const differences = today?.differences;
  return (
    <Card title={m.run_definition_today()} data-testid="definition-today">
      <div className={styles.part}>
        {(!today || today.deleted) && <p className={styles.quiet}>{m.run_definition_gone()}</p>}
        {today && differences === undefined && (
          <p className={styles.quiet}>{m.run_definition_not_compared()}</p>
        )}
        {differences?.length === 0 && <p className={styles.quiet}>{m.run_definition_as_today()}</p>}
        {differences && differences.length > 0 && (
          <div className={styles.differences}>
            <Differences differences={differences.map(said)} tense="past" />
          </div>
        )}
        {differences && differences.length >= PLACES && (
          <p className={styles.quiet}>{m.run_compared_first_places({ count: PLACES })}</p>
        )}
        {today && !today.deleted && (
          <p>
            <Link
              {...documentLink('workflow', workflow)}
              className={styles.link}
              data-testid="definition-open"
            >
              {m.run_open_workflow()}
            </Link>
          </p>
        )}
      </div>
    </Card>
  );
}

function said(difference: Difference): Difference {
  const text = (side: string | null) => (side === null ? null : visible(side));
  return { ...difference, before: text(difference.before), after: text(difference.after) };
}

/** What a field of a step says: a length with its unit, and each value of a list on a line of its own. */
export function textsOf({ param, text }: { param: string; text: string }): string[] {
  if (param === 'ms' && /^\d{1,15}$/.test(text)) return [elapsed(Number(text))];
  if (!text.startsWith('[')) return [text];
  try {
    const list: unknown = JSON.parse(text);
    const isPlain = Array.isArray(list) && list.length > 0 && list.every(isPlainText);
    return isPlain ? (list as string[]) : [text];
  } catch {
    return [text];
  }
}

/** A text that is no longer told from its neighbours is told as it stands. */
function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && !value.includes('\n');
}

/** The steps in the language of the form. */
function Steps({ definition: { kind, steps, total } }: { definition: RunDefinition }) {
  return (
    <Card fill="scroll" title={m.run_definition_steps()}>
      <div className={styles.part}>
        <ol className={styles.steps} aria-label={label('subject', kind)}>
          {steps.map(({ id, name, action, after, source, lines }) => (
            <li key={id} className={styles.step}>
              <p>
                <b>{visible(name)}</b>{' '}
                <span className={styles.quiet}>
                  {[
                    actionWords(action),
                    source && visible(source),
                    after.length > 0 &&
                      m.run_definition_after({ names: listed(after.map(visible), NAMED) }),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              </p>
              {lines.length > 0 && (
                <dl className={styles.lines}>
                  {lines.map((line) => (
                    <div key={line.param}>
                      <dt>{paramWords(action, line.param)}</dt>
                      <dd data-selectable>
                        {textsOf(line).map((text, place) => (
                          // biome-ignore lint/suspicious/noArrayIndexKey: they never change their places
                          <span key={place} className={styles.value}>
                            {visibleLines(text)}
                          </span>
                        ))}
                      </dd>
                    </div>
                  ))}
                </dl>
              )}
            </li>
          ))}
        </ol>
        {total > steps.length && (
          <p className={styles.quiet}>
            {m.run_definition_more({ shown: number(steps.length), all: number(total) })}
          </p>
        )}
      </div>
    </Card>
  );
}
