import { useQuery } from '@tanstack/react-query';
import { Choice, Segments, TextArea, TextField } from '@/components';
import { m, number, visible } from '@/i18n';
import type { TemplateVariable } from '@/ipc';
import { sourcesQuery } from '../connections/queries';
import { foldersQuery } from '../folders/queries';

interface Props {
  variable: TemplateVariable;
  value: string;
  onChange: (value: string) => void;
}

/** A new folder in the list of folders: no folder has this id. */
const NEW = '';

/** What a template asks for, by the control that suits what it holds. Values are as people type them. */
export function TemplateField({ variable, value, onChange }: Props) {
  const common = {
    label: visible(variable.description || variable.name),
    'data-testid': `template-${variable.name}`,
  };
  switch (variable.holds) {
    case 'connection':
      return <SourceField {...common} value={value} onChange={onChange} />;
    case 'task_folder':
      return <FolderField {...common} value={value} onChange={onChange} />;
    case 'truth':
      return (
        <Segments
          label={common.label}
          labelling="shown"
          value={value === 'true' || value === 'false' ? value : null}
          options={[
            { value: 'true', label: m.yes() },
            { value: 'false', label: m.no() },
          ]}
          onChange={onChange}
        />
      );
    case 'list':
      return (
        <TextArea
          {...common}
          rows={3}
          hint={m.template_list_hint()}
          value={value}
          onChange={onChange}
        />
      );
    default: {
      const { most } = variable;
      const words = most === undefined ? undefined : m.template_number_most({ most: number(most) });
      const isWrong = isAbove(variable, value);
      return (
        <TextField
          {...common}
          isRequired={variable.required}
          inputMode={variable.holds === 'number' ? 'decimal' : undefined}
          hint={words}
          notes={words && isWrong ? [{ tone: 'problem', text: words }] : undefined}
          value={value}
          onChange={onChange}
        />
      );
    }
  }
}

/** Whether what was typed is not one of the whole numbers that a variable can be. */
export function isAbove({ holds, most }: TemplateVariable, value: string): boolean {
  const typed = value.trim();
  if (holds !== 'number' || most === undefined || typed === '') return false;
  return !/^\d+$/.test(typed) || Number(typed) > most;
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  'data-testid': string;
}

function SourceField({ value, ...rest }: ChoiceProps) {
  const sources = useQuery(sourcesQuery()).data ?? [];
  return (
    <Choice
      {...rest}
      placeholder={m.template_connection_none()}
      value={value === '' ? null : value}
      options={sources.map(({ name, address }) => ({
        value: name,
        label: visible(name),
        detail: address === undefined ? undefined : visible(address),
      }))}
    />
  );
}

function FolderField(props: ChoiceProps) {
  const folders = useQuery(foldersQuery()).data ?? [];
  return (
    <Choice
      {...props}
      options={[
        { value: NEW, label: m.template_folder_new() },
        ...folders.map(({ id, path }) => ({ value: id, label: visible(path) })),
      ]}
    />
  );
}
