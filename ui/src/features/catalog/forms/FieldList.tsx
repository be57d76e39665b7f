import { m, label as words } from '@/i18n';
import type { Path } from '../draft/edits';
import { BoundChoice, BoundText, BoundYesNo } from './bound';
import styles from './forms.module.css';
import { ObjectRows } from './ObjectRows';
import { OtherFields } from './OtherFields';
import { asText, otherKeys, type Scope } from './scope';
import { WordList } from './WordList';

/** What a field can hold, in the order in which people look for it. */
const TYPES = ['text', 'long_text', 'number', 'whole', 'truth', 'date', 'choice'];

interface Props {
  scope: Scope;
  path: Path;
  label: string;
  'data-testid'?: string;
}

/** The fields that a person fills in at a manual step. */
export function FieldList(props: Props) {
  return (
    <ObjectRows
      {...props}
      addLabel={m.form_field_add()}
      fresh={(count) => ({ name: `field_${count + 1}`, label: '', type: 'text' })}
      row={(field, index) => <FormField field={field} index={index} />}
    />
  );
}

function FormField({ field, index }: { field: Scope; index: number }) {
  const type = asText(field.at(['type']));
  const shown = ['label', 'name', 'type', 'required', ...(type === 'choice' ? ['options'] : [])];
  return (
    <>
      <div className={styles.narrowGrid}>
        <BoundText
          scope={field}
          path={['label']}
          label={m.form_field_label()}
          data-testid={`field-label-${index}`}
        />
        <BoundText
          scope={field}
          path={['name']}
          label={m.form_field_name()}
          face="code"
          data-testid={`field-name-${index}`}
        />
        <BoundChoice
          scope={field}
          path={['type']}
          label={m.form_field_type()}
          options={TYPES.map((value) => ({ value, label: words('form_type', value) }))}
          absent={m.form_type_text()}
          data-testid={`field-type-${index}`}
        />
        <BoundYesNo
          scope={field}
          path={['required']}
          label={m.form_field_required()}
          absent={m.no_by_default()}
          data-testid={`field-required-${index}`}
        />
      </div>
      {type === 'choice' && (
        <WordList
          scope={field}
          path={['options']}
          label={m.form_field_options()}
          addLabel={m.form_option_add()}
        />
      )}
      <OtherFields scope={field} keys={otherKeys(field.view, shown)} />
    </>
  );
}
