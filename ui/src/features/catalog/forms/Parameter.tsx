import { Button, type Option } from '@/components';
import { m } from '@/i18n';
import type { Param } from '@/ipc';
import { isObject } from '../draft/edits';
import { paramWords } from './actions';
import { BoundLength } from './BoundLength';
import { BoundArea, BoundNumber, BoundText } from './bound';
import { CaseList } from './CaseList';
import { FieldList } from './FieldList';
import styles from './forms.module.css';
import { JsonField, OtherFields } from './OtherFields';
import { inside, type Scope } from './scope';
import { WordList } from './WordList';

interface Props {
  /** The parameters of the task. */
  scope: Scope;
  /** What the task does. */
  action: string;
  param: Param;
  /** The other tasks. */
  choices: readonly Option[];
}

/** One parameter, by the control that suits what it holds. What holds something else is shown as JSON. */
export function Parameter({ scope, action, param, choices }: Props) {
  const { name, holds, required } = param;
  const value = scope.at([name]);
  const common = {
    scope,
    path: [name],
    label: paramWords(action, name),
    isRequired: required,
    'data-testid': `param-${name}`,
    hint: required && (value === undefined || value === '') ? m.answer_needed() : undefined,
  };
  const isWord = value === undefined || typeof value === 'string' || typeof value === 'number';
  switch (holds) {
    case 'text':
    case 'word':
      return isWord ? <BoundText {...common} /> : <JsonField {...common} />;
    case 'long_text':
    case 'content':
    case 'sql':
      return isWord ? (
        <BoundArea {...common} rows={4} face={holds === 'sql' ? 'code' : 'text'} />
      ) : (
        <JsonField {...common} />
      );
    case 'whole':
      if (name === 'ms' && isWord) return <BoundLength {...common} />;
      return isWord ? <BoundNumber {...common} /> : <JsonField {...common} />;
    case 'words':
      return value === undefined || Array.isArray(value) ? (
        <WordList {...common} addLabel={m.add()} />
      ) : (
        <JsonField {...common} />
      );
    case 'list_or_object':
      return name === 'checklist' ? (
        <WordList {...common} addLabel={m.checklist_add()} />
      ) : (
        <FieldList {...common} />
      );
    case 'cases':
      return <CaseList {...common} choices={choices} />;
    case 'object':
      if (value === undefined)
        return required ? (
          <Pairs {...common} name={name} />
        ) : (
          <Offer words={common.label} onAdd={() => scope.put([name], {})} />
        );
      return isObject(value) ? <Pairs {...common} name={name} /> : <JsonField {...common} />;
    default:
      return value === undefined ? (
        <Offer words={common.label} onAdd={() => scope.put([name], holds === 'list' ? [] : {})} />
      ) : (
        <JsonField {...common} />
      );
  }
}

/** Keys and values, each by the control that suits it. */
function Pairs({ scope, name, label: words }: { scope: Scope; name: string; label: string }) {
  const value = scope.at([name]);
  return (
    <fieldset className={styles.group}>
      <legend className={styles.label}>{words}</legend>
      <OtherFields
        scope={inside(scope, [name])}
        keys={isObject(value) ? Object.keys(value) : []}
        adding="offered"
      />
    </fieldset>
  );
}

/** A parameter the action can do without: made when it is wanted. */
function Offer({ words, onAdd }: { words: string; onAdd: () => void }) {
  return (
    <div>
      <Button look="quiet" icon="plus" onPress={onAdd}>
        {words}
      </Button>
    </div>
  );
}
