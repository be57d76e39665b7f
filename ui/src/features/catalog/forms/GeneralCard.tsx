import { useQuery } from '@tanstack/react-query';
import { Card, type Option } from '@/components';
import { m, visible } from '@/i18n';
import type { Validation } from '@/ipc';
import { foldersQuery } from '../../folders/queries';
import { folderName } from '../../runs/folder/path';
import { useDraft } from '../draft/DraftContext';
import { isObject, remove, set, type View } from '../draft/edits';
import { USUAL_LINE } from '../plainTimes';
import { TriggerNote } from '../TriggerNote';
import { BoundArea, BoundChoice, BoundNumber, BoundText } from './bound';
import styles from './forms.module.css';
import { OtherFields, RestOf } from './OtherFields';
import { Schedule } from './Schedule';
import { inside, type Scope, spelled } from './scope';

const triggers = (): Option[] => [
  { value: 'api', label: m.trigger_api(), detail: m.trigger_api_detail() },
  { value: 'schedule', label: m.trigger_schedule(), detail: m.trigger_schedule_detail() },
  { value: 'event', label: m.trigger_event(), detail: m.trigger_event_detail() },
];

/**
 * A workflow that is to start at set times begins with the usual ones, which are seen and changed at once. Those that
 * nobody has changed go again with the choice: a schedule is meant even where no trigger says so.
 */
function withTimes(draft: Scope): Scope {
  const put: Scope['put'] = (path, value) => {
    const schedule = draft.at(['schedule']);
    if (value === 'schedule' && schedule === undefined)
      draft.edit([set(path, value), set(['schedule', 'cron'], USUAL_LINE)]);
    else if (value !== 'schedule' && isOffered(schedule))
      draft.edit([value === undefined ? remove(path) : set(path, value), remove(['schedule'])]);
    else draft.put(path, value);
  };
  return { ...draft, put };
}

/** Whether nothing is said of the times but what was offered. */
function isOffered(schedule: View): boolean {
  if (!isObject(schedule)) return false;
  return Object.keys(schedule).length === 1 && schedule.cron === USUAL_LINE;
}

/** What a workflow is as a whole, and what starts it. */
export function GeneralCard() {
  const draft = useDraft();
  const trigger = draft.at(['trigger']);
  return (
    <Card>
      <div className={styles.form}>
        <div className={styles.grid}>
          <div className={styles.double}>
            <BoundText
              scope={draft}
              path={[spelled(draft.view, 'name', 'title')]}
              label={m.field_name()}
              data-testid="field-name"
            />
          </div>
          <BoundText scope={draft} path={['type']} label={m.field_type()} />
          <BoundNumber
            scope={draft}
            path={['priority']}
            label={m.field_priority()}
            placeholder={m.field_priority_hint()}
          />
          <BoundNumber
            scope={draft}
            path={[spelled(draft.view, 'maxConcurrent', 'max_concurrent')]}
            label={m.field_max_concurrent()}
            placeholder={m.no_limit()}
          />
          {isObject(trigger) ? null : (
            <BoundChoice
              scope={withTimes(draft)}
              path={['trigger']}
              label={m.field_trigger()}
              options={triggers()}
              data-testid="field-trigger"
              absent={m.trigger_none()}
            />
          )}
          <TaskFolder />
        </div>
        <BoundArea scope={draft} path={['description']} label={m.field_description()} rows={2} />
        {isObject(trigger) && (
          <fieldset className={styles.group}>
            <legend className={styles.label}>{m.field_trigger()}</legend>
            <OtherFields
              scope={inside(draft, ['trigger'])}
              keys={Object.keys(trigger)}
              adding="offered"
            />
          </fieldset>
        )}
        {(trigger === 'schedule' || draft.at(['schedule']) !== undefined) && <Schedule />}
        {(trigger === 'event' ||
          draft.at(['event']) !== undefined ||
          draft.at(['watch']) !== undefined) && <EventFields />}
        <TriggerNote view={draft.view} />
      </div>
    </Card>
  );
}

/** The task folder its runs work in, of those that are known. */
function TaskFolder() {
  const draft = useDraft();
  const key = spelled(draft.view, 'taskFolder', 'task_folder');
  const named = draft.at([key]);
  const folders = useQuery(foldersQuery()).data ?? [];
  if (folders.length === 0 && named === undefined) return null;
  const options = folders.map(({ id, name, path, workflow_name }) => ({
    // It may be named by its id, its name or its path.
    value: [name, path].find((one) => one === named) ?? id,
    label: visible(name),
    detail: visible(workflow_name === undefined ? path : `${workflow_name} · ${path}`),
  }));
  const lost = lostFolder(draft.validation);
  if (
    typeof named === 'string' &&
    lost !== undefined &&
    options.every((one) => one.value !== named)
  )
    options.push({ value: named, label: visible(folderName(lost)), detail: visible(lost) });
  return (
    <div className={styles.double}>
      <BoundChoice
        scope={draft}
        path={[key]}
        label={m.field_task_folder()}
        options={options}
        absent={m.task_folder_none_named()}
        data-testid="field-task-folder"
      />
    </div>
  );
}

/** What a folder was that has left the list and is named by its id. */
function lostFolder({ warnings }: Validation): string | undefined {
  const fields = warnings.find(({ code }) => code === 'folder_unknown')?.fields;
  return fields?.id === undefined ? undefined : fields.folder;
}

function EventFields() {
  const draft = useDraft();
  const event = draft.at(['event']);
  const watch = draft.at(['watch']);
  const isNamed = event === undefined || typeof event === 'string' || isObject(event);
  const isWatching = watch === undefined || isObject(watch);
  return (
    <>
      <div className={styles.grid}>
        {isNamed && (
          <BoundText
            scope={draft}
            path={typeof event === 'string' ? ['event'] : ['event', 'name']}
            label={m.field_event()}
            placeholder={m.field_event_hint()}
          />
        )}
        {isWatching && (
          <>
            <BoundText scope={draft} path={['watch', 'folder']} label={m.field_watch_folder()} />
            <BoundText
              scope={draft}
              path={['watch', 'pattern']}
              label={m.field_watch_pattern()}
              placeholder="*.csv"
            />
          </>
        )}
      </div>
      {typeof event !== 'string' && <RestOf scope={draft} name="event" shown={['name']} />}
      <RestOf scope={draft} name="watch" shown={['folder', 'pattern']} />
    </>
  );
}
