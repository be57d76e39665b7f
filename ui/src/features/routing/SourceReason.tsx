import { useState } from 'react';
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import fields from '@/components/fields.module.css';
import { m } from '@/i18n';
import type { Format } from '@/ipc';
import { Explanation } from './Explanation';
import styles from './SourceReason.module.css';

interface Props {
  workflow: string;
  task: string;
  /** The workflow as it is being edited. */
  text: () => { text: string; format: Format };
}

/** Beside a task: which source it would get as it is written now, and why. */
export function SourceReason({ workflow, task, text }: Props) {
  const [asked, setAsked] = useState<ReturnType<Props['text']> | null>(null);
  return (
    <DialogTrigger
      isOpen={asked !== null}
      onOpenChange={(isOpen) => setAsked(isOpen ? text() : null)}
    >
      <AriaButton className={styles.ask} data-testid="explain-source">
        {m.explain_source()}
      </AriaButton>
      <Popover className={fields.popover} placement="bottom end" offset={4}>
        <Dialog aria-label={m.explain_source()} className={styles.told}>
          {asked && <Explanation asked={{ workflow, task, ...asked }} />}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
