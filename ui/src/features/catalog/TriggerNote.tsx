import { useQuery } from '@tanstack/react-query';
import { Notice } from '@/components';
import { m } from '@/i18n';
import { isObject, type View } from './draft/edits';
import { documentQuery } from './queries';

/** Whether a workflow says that something else than a person starts it. */
export function startsByItself(view: View): boolean {
  if (!isObject(view)) return false;
  const { trigger } = view;
  return (
    trigger === 'schedule' ||
    trigger === 'event' ||
    ['schedule', 'event', 'watch'].some((key) => view[key])
  );
}

/** That set times and events are kept and start nothing yet: nobody shall wait for a run in vain. */
export function TriggerNote({ view }: { view: View }) {
  if (!startsByItself(view)) return null;
  return (
    <Notice tone="off" icon="info" data-testid="trigger-note">
      {m.trigger_not_carried_out()}
    </Notice>
  );
}

/** The same of a workflow that is saved. */
export function SavedTriggerNote({ workflow }: { workflow: string }) {
  const { data } = useQuery(documentQuery('workflow', workflow));
  return <TriggerNote view={data?.view} />;
}
