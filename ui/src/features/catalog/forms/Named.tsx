import { useQuery } from '@tanstack/react-query';
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { actionsQuery } from './actions';
import styles from './forms.module.css';

/** A field of a task that can be led to, by the key it shows, such as `params.url`. */
export function Named({ field, children }: { field: string; children: ReactNode }) {
  return (
    <div className={styles.named} data-field={field}>
      {children}
    </div>
  );
}

/** Leads to a field of a form once, as soon as it is there: whatever it is folded into opens. */
export function useFound(form: RefObject<HTMLElement | null>, field: string | undefined) {
  // Which fields there are is known with the actions.
  const { data: actions } = useQuery({ ...actionsQuery(), enabled: field !== undefined });
  const found = useRef<string>(undefined);
  useEffect(() => {
    if (field === undefined || found.current === field) return;
    const named = [...(form.current?.querySelectorAll<HTMLElement>('[data-field]') ?? [])];
    const place = named.find((one) => one.dataset.field === field);
    const control = place?.querySelector<HTMLElement>('input, textarea, button');
    if (!control) return;
    found.current = field;
    const fold = control.closest('details');
    if (fold) fold.open = true;
    control.focus();
    control.scrollIntoView({ block: 'center' });
    // The fields are drawn with the actions.
    void actions;
  }, [form, field, actions]);
}
