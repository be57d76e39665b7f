import { useId, useState } from 'react';
import { Button, Choice, ErrorNotice, Icon, Notice, Tick } from '@/components';
import { counted, m, say, timeOfDay, visible, visibleText } from '@/i18n';
import type { RunAnswerInput, RunTask, RunWork } from '@/ipc';
import { useCommand } from '../../command';
import { namedError } from '../named';
import { useAge } from '../now';
import type { ShownRun } from '../queries';
import { AnswerField } from './AnswerField';
import { changed, faultOf, openItems, type Values } from './answer';
import { EarlierResults } from './EarlierResults';
import styles from './Questions.module.css';
import { SendBack } from './SendBack';
import { StandIn } from './StandIn';
import { sentBack } from './sentBack';
import { useOwnAnswers } from './useOwnAnswers';

interface Props {
  run: ShownRun;
  task: RunTask;
  work: RunWork;
}

/**
 * Work for a person: what to do, what to tick and fill in, and the decision. Ticks and fields are
 * kept as soon as they are made, so that another day or another person goes on from there.
 */
export function WorkForm({ run, task, work }: Props) {
  const id = useId();
  const { ticked, values, ...own } = useOwnAnswers(work);
  // Where there are several ways nobody but the person chooses one.
  const [next, setNext] = useState<string>();
  const isOpenWhere = work.next.length > 1 && next === undefined;
  const [isTold, setTold] = useState(false);
  const tags = ['run', `run:${run.id}`];
  // A tick and the decision after it are not to overtake each other.
  const scope = `answer ${run.id} ${task.id}`;
  const keep = useCommand('run_answer', tags, scope);
  const decide = useCommand('run_answer', tags, scope);
  const about = { id: run.id, task: task.id };
  const open = openItems(work, ticked);
  const faults = new Map(
    work.fields.map((field) => [field.name, faultOf(field, values[field.name])]),
  );
  const missing = open.length + [...faults.values()].filter(Boolean).length + Number(isOpenWhere);
  const since = task.attempts.at(-1)?.started_at;
  const age = useAge(since);
  const back = sentBack(run, task);

  const tick = (item: string, on: boolean) => {
    own.tick(item, on);
    keep.mutate({ ...about, fields: {}, ...(on ? { tick: [item] } : { untick: [item] }) });
  };
  // A field that has just been chosen is not in the values of this drawing yet.
  const keepFields = (filled: Values) => {
    const differing = Object.fromEntries(
      Object.entries(changed(work.fields, filled)).filter(([name]) => {
        const field = work.fields.find((one) => one.name === name);
        // An empty field is kept as empty; one that cannot be read waits to be mended.
        return field && !faultOf({ ...field, required: false }, filled[name]);
      }),
    );
    if (Object.keys(differing).length > 0) keep.mutate({ ...about, fields: differing });
  };
  const answer = (input: Partial<RunAnswerInput>) =>
    decide.mutate({
      ...about,
      fields: changed(work.fields, values),
      tick: [...ticked],
      untick: work.checklist.map((item) => item.id).filter((id) => !ticked.has(id)),
      ...input,
    });
  const approve = () => {
    setTold(true);
    if (missing === 0) answer({ decision: 'approve', to: work.next.length > 1 ? next : undefined });
  };
  return (
    <section className={styles.card} aria-label={visible(task.name)} data-testid="question">
      <header className={styles.head}>
        <span className={styles.mark}>
          <Icon name="person" />
        </span>
        <h2>{visible(task.name)}</h2>
        {age && <small>{m.asks_for({ length: age })}</small>}
      </header>
      <div className={styles.body}>
        {work.problem && (
          <Notice tone="warn" icon="warn">
            {say(work.problem)}
          </Notice>
        )}
        {work.instruction && (
          <p className={styles.instruction} data-selectable>
            {visibleText(work.instruction)}
          </p>
        )}
        {work.stands_for && <StandIn step={work.stands_for} />}
        {back && (
          <Notice tone="warn" icon="undo" data-testid="came-back">
            {back.from === undefined
              ? m.work_came_back({ when: timeOfDay(back.at) })
              : m.work_came_back_from({ name: visible(back.from), when: timeOfDay(back.at) })}
            {back.reason && (
              <p data-selectable>{m.work_came_back_why({ reason: visibleText(back.reason) })}</p>
            )}
          </Notice>
        )}
        <EarlierResults run={run} work={work} />
        {work.checklist.length > 0 && (
          <section className={styles.part} aria-labelledby={`${id}-checklist`}>
            <header>
              <h3 id={`${id}-checklist`}>{m.checklist()}</h3>
              {/* Beside the heading: nothing below it moves away from under the mouse. */}
              {isTold && open.length > 0 && (
                <p className={styles.missing} role="alert">
                  <Icon name="warn" size={14} /> {counted('answer_not_ticked_yet', open.length)}
                </p>
              )}
            </header>
            {work.checklist.map((item) => (
              <Tick
                key={item.id}
                state={ticked.has(item.id)}
                onChange={(on) => tick(item.id, on)}
                data-testid={`tick-${item.id}`}
              >
                <span>
                  {visible(item.text)}
                  {item.optional && <span className={styles.optional}> {m.answer_may_skip()}</span>}
                </span>
              </Tick>
            ))}
          </section>
        )}
        {work.fields.length > 0 && (
          <div className={styles.fields}>
            {work.fields.map((field) => (
              <AnswerField
                key={field.name}
                field={field}
                value={values[field.name]}
                fault={isTold ? faults.get(field.name) : undefined}
                onChange={(value) => own.fill(field.name, value)}
                onKeep={(value) => keepFields({ ...values, [field.name]: value })}
              />
            ))}
          </div>
        )}
        {work.deliverables.length > 0 && (
          <div className={styles.part}>
            <h3>{m.deliverables()}</h3>
            <p>{work.deliverables.map(visible).join(' · ')}</p>
          </div>
        )}
        {(decide.error ?? keep.error) && (
          <ErrorNotice error={namedError(decide.error ?? keep.error, run)} />
        )}
      </div>
      {work.next.length > 1 && (
        // Beside the decision, in sight however long the work above is.
        <div className={styles.ways}>
          <Choice
            label={m.question_next()}
            placeholder={m.question_next_choose()}
            options={work.next.map((step) => ({
              value: step.id,
              label: visible(step.name),
              detail: step.label && visible(step.label),
            }))}
            value={next ?? null}
            onChange={setNext}
            notes={
              isTold && isOpenWhere
                ? [{ tone: 'problem', text: m.question_next_missing() }]
                : undefined
            }
            data-testid="next"
          />
        </div>
      )}
      <footer className={styles.foot}>
        <span className={styles.state} role="status">
          {missing > 0 ? counted('answer_missing', missing) : m.question_ready()}
        </span>
        {work.send_back_to.length > 0 && (
          <SendBack
            steps={work.send_back_to}
            isDisabled={decide.isPending}
            onSend={(to, reason) =>
              answer({ decision: 'send_back', to, ...(reason && { reason }) })
            }
          />
        )}
        <Button
          look="primary"
          icon="check"
          isDisabled={decide.isPending}
          onPress={approve}
          data-testid="approve"
        >
          {m.question_approve()}
        </Button>
      </footer>
    </section>
  );
}
