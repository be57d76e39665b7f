import { queryOptions, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ErrorNotice, FormDialog, toast } from '@/components';
import { m, visible } from '@/i18n';
import { call } from '@/ipc';
import { undoAction, useCommand, useUndo } from '../command';
import { warn } from '../warn';
import { documentLink } from './kinds';
import { isAbove, TemplateField } from './TemplateField';

interface Props {
  /** A template that is kept here, or one that comes with Flowkeep. */
  id: string;
  onClose: () => void;
}

/** The templates that come with Flowkeep. */
export function offersQuery() {
  return queryOptions({
    queryKey: ['template offers'],
    queryFn: async () => (await call('template_offers', {})).items,
    meta: { tags: ['settings'] },
  });
}

function variablesQuery(id: string) {
  return queryOptions({
    queryKey: ['template variables', id],
    queryFn: () => call('template_variables', { id }),
    meta: { tags: ['template', 'settings'] },
  });
}

/** A workflow made out of a template: what the template asks for, each by the control that suits it. */
export function UseTemplate({ id, onClose }: Props) {
  const navigate = useNavigate();
  const undo = useUndo();
  const { data: template, error } = useQuery(variablesQuery(id));
  const [values, setValues] = useState<Record<string, string>>({});
  const use = useCommand('template_use', ['workflow', 'folder', 'operation']);
  const variables = template?.items ?? [];
  const lacks = variables.some(
    ({ name, required, default: preset }) =>
      required && (values[name] ?? preset ?? '').trim() === '',
  );
  const isWrong = variables.some((one) => isAbove(one, values[one.name] ?? one.default ?? ''));
  const isReady = template !== undefined && !lacks && !isWrong && !use.isPending;
  const submit = () =>
    use.mutate(
      { id, values },
      {
        onSuccess: (made) => {
          onClose();
          toast({
            text: made.folder ? m.template_used() : m.template_used_plain(),
            action: undoAction(undo, made.operation_id),
          });
          warn(made.warnings);
          void navigate(documentLink('workflow', made.id));
        },
      },
    );
  const failure = error ?? use.error;
  return (
    <FormDialog
      size="narrow"
      title={m.template_use_title({ name: visible(template?.name ?? '') })}
      verb={m.template_use_verb()}
      isReady={isReady}
      onSubmit={submit}
      onClose={onClose}
      failure={failure && <ErrorNotice error={failure} />}
      data-testid="dialog-template-use"
      verbTestid="template-make"
    >
      {template && variables.length === 0 && <p>{m.template_without_variables()}</p>}
      {variables.map((variable) => (
        <TemplateField
          key={variable.name}
          variable={variable}
          value={values[variable.name] ?? variable.default ?? ''}
          onChange={(value) => setValues({ ...values, [variable.name]: value })}
        />
      ))}
    </FormDialog>
  );
}
