import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button, IconButton } from '@/components';
import { m } from '@/i18n';
import { insert, isObject, type Path, remove, set, type View } from '../draft/edits';
import styles from './forms.module.css';
import { JsonField } from './OtherFields';
import { inside, type Scope } from './scope';

interface Props {
  scope: Scope;
  path: Path;
  label: string;
  addLabel: string;
  /** What a new row begins with. */
  fresh: (count: number) => View;
  row: (scope: Scope, index: number) => ReactNode;
  'data-testid'?: string;
}

/** A list of objects, each in a frame of its own, a new one with the cursor in it; a value that is none is shown as JSON. */
export function ObjectRows({ scope, path, label, addLabel, fresh, row, ...rest }: Props) {
  const value = scope.at(path);
  const rows = useRef<HTMLDivElement>(null);
  const [isAdded, setAdded] = useState(false);
  useEffect(() => {
    if (!isAdded) return;
    setAdded(false);
    rows.current?.querySelector<HTMLElement>(':scope > :nth-last-child(2) input')?.focus();
  }, [isAdded]);
  const isList = Array.isArray(value);
  if (value !== undefined && !(isList && value.every(isObject)))
    return <JsonField scope={scope} path={path} label={label} />;
  const items = isList ? value : [];
  const add = () => {
    scope.edit([isList ? insert(path, items.length, fresh(items.length)) : set(path, [fresh(0)])]);
    setAdded(true);
  };
  return (
    <div className={styles.list} data-testid={rest['data-testid']} ref={rows}>
      <span className={styles.label}>{label}</span>
      {items.map((_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own
        <div key={index} className={styles.objectRow}>
          <div className={styles.objectFields}>{row(inside(scope, [...path, index]), index)}</div>
          <IconButton
            icon="cross"
            label={m.remove_entry()}
            onPress={() => scope.edit([remove([...path, index])])}
          />
        </div>
      ))}
      <div>
        <Button look="quiet" icon="plus" onPress={add} data-testid={`${rest['data-testid']}-add`}>
          {addLabel}
        </Button>
      </div>
    </div>
  );
}
