import { m } from '@/i18n';
import { BoundArea, BoundText } from './bound';
import { Fold } from './Fold';
import { OtherFields } from './OtherFields';
import { otherKeys, type Scope, spelled } from './scope';
import { WordList } from './WordList';

const KNOWN = ['id', 'description', 'checklist', 'deliverables', 'order', 'order_index'];

/** A manual step: what it is, what must be ticked, what it must produce. */
export function StageForm({ scope }: { scope: Scope }) {
  const others = otherKeys(scope.view, [...KNOWN, spelled(scope.view, 'name', 'title')]);
  return (
    <>
      <BoundText
        scope={scope}
        path={[spelled(scope.view, 'name', 'title')]}
        label={m.field_name()}
        data-testid="stage-name"
      />
      <BoundArea scope={scope} path={['description']} label={m.field_description()} rows={4} />
      <WordList
        scope={scope}
        path={['checklist']}
        label={m.checklist()}
        addLabel={m.checklist_add()}
      />
      <WordList
        scope={scope}
        path={['deliverables']}
        label={m.deliverables()}
        addLabel={m.deliverable_add()}
      />
      <Fold title={m.more_fields()} start={others.length > 0 ? 'open' : 'closed'}>
        <BoundText scope={scope} path={['id']} label={m.field_id()} face="code" />
        <OtherFields scope={scope} keys={others} adding="offered" />
      </Fold>
    </>
  );
}
