import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { invalidate } from '@/app/queries';
import { Button, ErrorNotice, FormDialog, Segments, TextField } from '@/components';
import { label, m, visible } from '@/i18n';
import type { Kind } from '@/ipc';
import { documentLink } from './kinds';
import { newText } from './newText';
import { callDocument } from './queries';
import { offersQuery, UseTemplate } from './UseTemplate';

interface Props {
  kind: Kind;
  onClose: () => void;
}

/** A new document: its name, and for a workflow who does the work. */
export function NewDocument({ kind, onClose }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [shape, setShape] = useState<'tasks' | 'stages'>('tasks');
  const [template, setTemplate] = useState<string>();
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    try {
      const { text, format } = newText(kind, name.trim(), shape);
      const made = await callDocument(kind, 'create', {
        text,
        format,
        id: crypto.randomUUID(),
        name: name.trim(),
      });
      invalidate(client, [kind, 'operation']);
      onClose();
      await navigate(documentLink(kind, made.id));
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };
  if (template !== undefined) return <UseTemplate id={template} onClose={onClose} />;
  return (
    <FormDialog
      size="narrow"
      title={label('new', kind)}
      verb={m.create()}
      isReady={name.trim() !== '' && !busy}
      onSubmit={() => void submit()}
      onClose={onClose}
      failure={failure !== null && <ErrorNotice error={failure} />}
      data-testid="dialog-new"
      verbTestid="create"
    >
      <TextField
        label={m.field_name()}
        value={name}
        onChange={setName}
        autoFocus
        data-testid="new-name"
      />
      {kind === 'workflow' && (
        <div style={{ display: 'grid', gap: 4, justifyItems: 'start' }}>
          <Segments
            label={m.new_shape()}
            labelling="shown"
            value={shape}
            onChange={setShape}
            options={[
              { value: 'tasks', label: m.new_shape_tasks() },
              { value: 'stages', label: m.new_shape_stages() },
            ]}
          />
          <small style={{ color: 'var(--text-3)' }}>
            {shape === 'tasks' ? m.new_shape_tasks_hint() : m.new_shape_stages_hint()}
          </small>
        </div>
      )}
      {kind === 'workflow' && <Templates onChoose={setTemplate} />}
    </FormDialog>
  );
}

/** The templates that come with Flowkeep, as another way to begin. */
function Templates({ onChoose }: { onChoose: (id: string) => void }) {
  const offers = useQuery(offersQuery()).data ?? [];
  if (offers.length === 0) return null;
  return (
    <div style={{ display: 'grid', gap: 4, justifyItems: 'start' }}>
      <small style={{ color: 'var(--text-3)' }}>{m.new_from_template()}</small>
      {offers.map(({ id, name, description }) => (
        <div key={id} style={{ display: 'grid', gap: 4, justifyItems: 'start' }}>
          <Button icon="template" onPress={() => onChoose(id)} data-testid={`offer-${id}`}>
            {visible(name)}
          </Button>
          <small style={{ color: 'var(--text-3)' }}>{visible(description)}</small>
        </div>
      ))}
    </div>
  );
}
