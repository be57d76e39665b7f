import { useState } from 'react';
import { Button, Dialog, ErrorNotice, Spring, TextField, Tick } from '@/components';
import fields from '@/components/fields.module.css';
import { begun, label, m, visible } from '@/i18n';
import { type AgentList, type AgentRow, CallError } from '@/ipc';
import styles from './AgentsTab.module.css';
import { useAgents } from './useAgents';

interface Props {
  /** The agent to change; absent for a new one. */
  agent: AgentRow | undefined;
  list: AgentList;
  onClose: () => void;
}

/** What a new agent does at once. */
const PLACES = '4';

/** What an agent can do, and how much at once. */
export function AgentDialog({ agent, list, onClose }: Props) {
  const [id, setId] = useState(agent?.id ?? '');
  const [places, setPlaces] = useState(agent ? String(agent.capacity) : PLACES);
  const [able, setAble] = useState<readonly string[]>(agent?.capabilities ?? list.capabilities);
  const [failure, setFailure] = useState<CallError | null>(null);
  const [isLooked, setLooked] = useState(false);
  const { put, isBusy } = useAgents(list);
  const capacity = /^\d{1,4}$/.test(places.trim()) ? Number(places.trim()) : undefined;
  const nameNote = nameProblem(id.trim(), agent, list);
  const save = async () => {
    setLooked(true);
    if (nameNote || capacity === undefined || isBusy) return;
    const next = { id: agent?.id ?? id.trim(), capabilities: [...able], capacity };
    const others = list.items.map((one) => (one.id === next.id ? next : one));
    const name = visible(next.id);
    try {
      await (agent
        ? put(others, m.agent_changed({ name }))
        : put([...list.items, next], m.agent_added({ name })));
      onClose();
    } catch (thrown) {
      setFailure(CallError.from(thrown));
    }
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={agent ? m.agent_edit_title({ name: visible(agent.id) }) : m.agent_new_title()}
      subtitle={m.agent_dialog_words()}
      onEnter={() => void save()}
      size="narrow"
      data-testid="dialog-agent"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button
            look="primary"
            onPress={() => void save()}
            isDisabled={isBusy}
            data-testid="agent-save"
          >
            {agent ? m.agent_save() : m.add()}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        {!agent && (
          <TextField
            label={m.agent_name()}
            value={id}
            onChange={setId}
            hint={m.agent_name_hint()}
            notes={isLooked && nameNote ? [{ tone: 'problem', text: nameNote }] : undefined}
            autoFocus
            data-testid="agent-name"
          />
        )}
        <TextField
          label={m.agent_capacity()}
          value={places}
          onChange={setPlaces}
          inputMode="numeric"
          hint={m.agent_capacity_hint()}
          notes={
            capacity === undefined ? [{ tone: 'problem', text: m.limit_not_whole() }] : undefined
          }
          data-testid="agent-capacity"
        />
        <fieldset className={styles.able}>
          <legend className={fields.label}>{m.agent_can()}</legend>
          {list.capabilities.map((word) => (
            <Tick
              key={word}
              state={able.includes(word)}
              onChange={(on) =>
                setAble(on ? [...able, word] : able.filter((other) => other !== word))
              }
              data-testid={`able-${word}`}
            >
              {begun(label('capability', word))}
            </Tick>
          ))}
        </fieldset>
        {failure && <ErrorNotice error={failure} />}
      </div>
    </Dialog>
  );
}

function nameProblem(id: string, agent: AgentRow | undefined, { items }: AgentList) {
  if (agent) return undefined;
  if (id === '') return begun(m.agent_without_id());
  return items.some((other) => other.id === id) ? begun(m.agent_name_taken()) : undefined;
}
