import { useEffect, useRef, useState } from 'react';
import { Button, Choice, IconButton, TextArea, TextField } from '@/components';
import { fieldName, m } from '@/i18n';
import { isObject, type Path, type View } from '../draft/edits';
import { BoundArea, BoundNumber, BoundText } from './bound';
import styles from './forms.module.css';
import { asText, inside, jsonAt, otherKeys, type Scope } from './scope';

interface Props {
  scope: Scope;
  keys: readonly string[];
  /** Offers to add a key. */
  adding?: 'offered';
}

/** Keys a form has no control of its own for: kept, shown plainly, and changeable. */
export function OtherFields({ scope, keys, adding }: Props) {
  const fields = useRef<HTMLDivElement>(null);
  // One that was just added gets the cursor.
  const [fresh, setFresh] = useState<string | null>(null);
  useEffect(() => {
    if (fresh === null) return;
    setFresh(null);
    const all = fields.current?.querySelectorAll<HTMLElement>(':scope > [data-key]');
    const field = [...(all ?? [])].find((one) => one.dataset.key === fresh);
    field?.querySelector<HTMLElement>('input, textarea')?.focus();
  }, [fresh]);
  if (keys.length === 0 && !adding) return null;
  return (
    <div className={styles.others} ref={fields}>
      {keys.map((key) => (
        <div key={key} className={styles.other} data-key={key}>
          <div className={styles.otherField}>
            <AnyField scope={scope} name={key} />
          </div>
          <IconButton
            icon="cross"
            label={m.remove_named({ name: fieldName(key) })}
            onPress={() => scope.put([key], undefined)}
          />
        </div>
      ))}
      {adding && <AddField scope={scope} onAdded={setFresh} />}
    </div>
  );
}

/** The keys of a part that its controls do not show. A part that is there but no object is shown whole. */
export function RestOf({
  scope,
  name,
  shown,
}: {
  scope: Scope;
  name: string;
  shown: readonly string[];
}) {
  const value = scope.at([name]);
  if (value !== undefined && !isObject(value)) return <OtherFields scope={scope} keys={[name]} />;
  const part = inside(scope, [name]);
  return <OtherFields scope={part} keys={otherKeys(value, shown)} />;
}

/** One value of any type by the control that suits it. */
function AnyField({ scope, name }: { scope: Scope; name: string }) {
  const value = scope.at([name]);
  const put = (next: View) => scope.put([name], next);
  const notes = scope.notes([name], 'inside');
  const label = fieldName(name);
  if (typeof value === 'boolean') {
    return (
      <Choice
        label={label}
        options={[
          { value: 'true', label: m.yes() },
          { value: 'false', label: m.no() },
        ]}
        value={String(value)}
        onChange={(next) => put(next === 'true')}
        notes={notes}
      />
    );
  }
  // A number that a script does not hold is a text here, and spelled.
  if (typeof value === 'number' || scope.spelling([name]) !== undefined) {
    return <BoundNumber scope={scope} path={[name]} label={label} emptied={0} />;
  }
  if (isObject(value) && Object.keys(value).length > 0 && isFlat(value)) {
    return (
      <fieldset className={styles.group}>
        <legend className={styles.label}>{label}</legend>
        <OtherFields scope={inside(scope, [name])} keys={Object.keys(value)} />
      </fieldset>
    );
  }
  if (typeof value === 'object' && value !== null)
    return <JsonField scope={scope} path={[name]} label={label} />;
  return <AnyText scope={scope} name={name} label={label} />;
}

/** Text on one line or on several, as it was found: a field does not change under who types in it. */
function AnyText({ scope, name, label }: { scope: Scope; name: string; label: string }) {
  const value = scope.at([name]);
  const text = asText(value);
  const [isLong] = useState(text.length > 60 || text.includes('\n'));
  const common = {
    scope,
    path: [name],
    label,
    placeholder: value === null ? m.empty_value() : undefined,
  };
  return isLong ? (
    <BoundArea {...common} rows={Math.min(10, text.split('\n').length + 1)} />
  ) : (
    <BoundText {...common} />
  );
}

function isFlat(value: Record<string, View>): boolean {
  return Object.values(value).every((inner) => typeof inner !== 'object' || inner === null);
}

/** A list or a nested value as JSON; taken over as soon as it can be read. */
export function JsonField({ scope, path, label }: { scope: Scope; path: Path; label: string }) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? jsonAt(scope, path);
  const bad = typed !== null && !canRead(typed);
  return (
    <TextArea
      label={label}
      face="code"
      rows={Math.min(12, shown.split('\n').length)}
      value={shown}
      onChange={(text) => {
        setTyped(text);
        if (canRead(text)) scope.type(path, JSON.parse(text), text);
      }}
      onBlur={() => !bad && setTyped(null)}
      notes={bad ? [{ tone: 'problem', text: m.json_not_yet() }] : []}
    />
  );
}

function canRead(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function AddField({ scope, onAdded }: { scope: Scope; onAdded: (name: string) => void }) {
  const [name, setName] = useState<string | null>(null);
  if (name === null) {
    return (
      <div>
        <Button look="quiet" icon="plus" onPress={() => setName('')}>
          {m.add_field()}
        </Button>
      </div>
    );
  }
  const exists = isObject(scope.view) && Object.hasOwn(scope.view, name);
  const add = () => {
    setName(null);
    if (name === '' || exists) return;
    scope.put([name], '');
    onAdded(name);
  };
  return (
    <div className={styles.word}>
      <TextField
        label={m.new_field_name()}
        labelling="hidden"
        placeholder={m.new_field_name()}
        value={name}
        onChange={setName}
        autoFocus
        notes={exists ? [{ tone: 'problem', text: m.new_field_exists() }] : []}
        onKeyDown={(event) => {
          if (event.key === 'Enter') add();
          if (event.key === 'Escape') setName(null);
        }}
      />
      <Button onPress={add} isDisabled={name === '' || exists}>
        {m.add()}
      </Button>
    </div>
  );
}
