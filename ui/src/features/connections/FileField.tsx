import { Button, Icon, type Note } from '@/components';
import { FieldNotes } from '@/components/FieldNotes';
import fields from '@/components/fields.module.css';
import { m, visible } from '@/i18n';
import { shell } from '@/ipc';
import { tellFailure } from '../command';
import styles from './ConnectionDialog.module.css';
import type { File } from './connectionForm';

interface Props {
  label: string;
  /** What the native dialog asks for. */
  title: string;
  hint: string;
  value: File;
  onChange: (file: File) => void;
  notes?: readonly Note[];
  'data-testid': string;
}

/** A file on this computer, chosen in the native dialog. */
export function FileField({ label, title, hint, value, onChange, notes, ...rest }: Props) {
  const pick = async () => {
    try {
      const file = await shell.pick_file({ title });
      if (file) onChange(file);
    } catch (thrown) {
      tellFailure(thrown);
    }
  };
  const path = typeof value === 'string' ? value : value?.label;
  const verb = path ? m.change() : m.choose_file();
  return (
    <div className={fields.field}>
      <span className={fields.label}>{label}</span>
      <div className={styles.file}>
        <Icon name="file" />
        <span className={styles.path} data-selectable={path ? true : undefined}>
          {path ? visible(path) : m.connection_no_file()}
        </span>
        <Button
          onPress={() => void pick()}
          aria-label={m.labelled({ label, text: verb })}
          data-testid={rest['data-testid']}
        >
          {verb}
        </Button>
      </div>
      <FieldNotes hint={hint} notes={notes} />
    </div>
  );
}
