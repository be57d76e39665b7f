import { useEffect, useRef, useState } from 'react';
import { Card, IconButton } from '@/components';
import { label, m } from '@/i18n';
import { useDraft } from '../draft/DraftContext';
import { isObject } from '../draft/edits';
import { BoundArea, BoundChoice, BoundText, BoundYesNo } from './bound';
import styles from './forms.module.css';
import { JsonField, OtherFields } from './OtherFields';
import { rowsAt } from './rows';
import { nameText, otherKeys, type Scope, spelled } from './scope';
import { TextBody } from './TextBody';
import { TwoPanes } from './TwoPanes';

/** A template: what can be filled in, and what it makes. */
export function TemplateForm() {
  const draft = useDraft();
  const { view } = draft;
  const name = spelled(view, 'name', 'title');
  const body = spelled(view, 'template', 'content', 'body');
  const made = draft.at([body]);
  const known = [name, 'description', 'variables', body];
  return (
    <TwoPanes
      main={
        <Card fill="scroll" title={m.template_body()}>
          {typeof made === 'string' || made === undefined ? (
            <TextBody path={[body]} label={m.template_body()} language="markdown" />
          ) : (
            <div className={styles.form} style={{ paddingTop: 0 }}>
              <JsonField scope={draft} path={[body]} label={m.template_body()} />
            </div>
          )}
        </Card>
      }
      side={
        <div className={styles.form}>
          <h2 className={styles.heading}>{m.template_about()}</h2>
          <BoundText
            scope={draft}
            path={[name]}
            label={m.field_name()}
            placeholder={m.name_from_file()}
            data-testid="field-name"
          />
          <BoundArea scope={draft} path={['description']} label={m.field_description()} rows={3} />
          <Variables />
          <OtherFields scope={draft} keys={otherKeys(view, known)} adding="offered" />
        </div>
      }
    />
  );
}

function Variables() {
  const draft = useDraft();
  const value = draft.at(['variables']);
  const list = rowsAt(draft, ['variables']);
  const rows = useRef<HTMLDivElement>(null);
  const [isAdded, setAdded] = useState(false);
  useEffect(() => {
    if (!isAdded) return;
    setAdded(false);
    const last = rows.current?.querySelector<HTMLDetailsElement>(':scope > :last-child details');
    if (!last) return;
    last.open = true;
    last.querySelector('input')?.focus();
  }, [isAdded]);
  if (isObject(value)) {
    return <JsonField scope={draft} path={['variables']} label={m.variables()} />;
  }
  if (!list) return null;
  return (
    <div className={styles.list} ref={rows}>
      <h2 className={styles.heading}>
        <span>{m.variables()}</span>
        <span className={styles.headingEnd}>
          <IconButton
            icon="plus"
            label={m.variable_add()}
            onPress={() => {
              list.add({
                name: `variable_${list.rows.length + 1}`,
                description: '',
                required: false,
                type: 'string',
              });
              setAdded(true);
            }}
            data-testid="variable-add"
          />
        </span>
      </h2>
      {list.rows.map((row, index) => (
        <Variable
          // biome-ignore lint/suspicious/noArrayIndexKey: variables have no identity but their place
          key={index}
          scope={list.row(index)}
          name={nameText(row.name)}
          onRemove={() => list.remove(index)}
        />
      ))}
    </div>
  );
}

function Variable({ scope, name, onRemove }: { scope: Scope; name: string; onRemove: () => void }) {
  const types = ['string', 'number', 'boolean', 'list', 'connection', 'task_folder'].map(
    (value) => ({
      value,
      label: label('variable_type', value),
    }),
  );
  return (
    <div className={styles.variable}>
      <details className={styles.group}>
        <summary className={styles.heading}>
          <span>{name || m.unnamed()}</span>
        </summary>
        <div className={styles.others}>
          <BoundText scope={scope} path={['name']} label={m.field_name()} face="code" />
          <BoundText scope={scope} path={['description']} label={m.field_description()} />
          <div className={styles.grid}>
            <BoundChoice
              scope={scope}
              path={['type']}
              label={m.field_type()}
              options={types}
              absent={m.not_said()}
            />
            <BoundYesNo
              scope={scope}
              path={['required']}
              label={m.variable_required()}
              absent={m.not_said()}
            />
          </div>
          <BoundText scope={scope} path={['default']} label={m.variable_default()} />
          <OtherFields
            scope={scope}
            keys={otherKeys(scope.view, ['name', 'description', 'type', 'required', 'default'])}
          />
        </div>
      </details>
      <span className={styles.variableEnd}>
        <IconButton icon="trash" label={m.remove_named({ name })} onPress={onRemove} />
      </span>
    </div>
  );
}
