import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Button, Choice, Dialog, ErrorNotice, Icon, Spring, TextArea, toast } from '@/components';
import { bytes, label, m, visible, words } from '@/i18n';
import { CallError, type Input, type PickedPlace } from '@/ipc';
import { useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import { readRest } from '../runs/sheet/context';
import { TrustNotice } from '../runs/sheet/TrustNotice';
import { untrustedOf } from '../runs/sheet/untrusted';
import { useLongLook } from '../useLongLook';
import styles from './Files.module.css';
import { FileTree } from './FileTree';
import { Findings } from './Findings';
import { pickConfig } from './pick';
import { strategiesQuery } from './queries';
import { filesWords } from './words';
import { changedHere, createWork } from './work';

interface Props {
  onClose: () => void;
  /** The session is there. */
  onKept: (session: string) => void;
}

/** A session begins with a configuration: which file, what is kept of it, and whether it starts at once. */
export function OpenConfigDialog({ onClose, onKept }: Props) {
  const [config, setConfig] = useState<PickedPlace | null>(null);
  const pick = async () => setConfig((await pickConfig()) ?? config);
  if (config) return <Chosen config={config} onPick={() => void pick()} {...{ onClose, onKept }} />;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={m.config_open_title()}
      data-testid="dialog-open-config"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button look="primary" autoFocus onPress={() => void pick()} data-testid="config-pick">
            {m.config_pick()}
          </Button>
        </>
      }
    >
      <p>{m.config_open_hint()}</p>
    </Dialog>
  );
}

interface ChosenProps extends Props {
  config: PickedPlace;
  onPick: () => void;
}

function Chosen({ config, onPick, onClose, onKept }: ChosenProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const strategies = useQuery(strategiesQuery()).data;
  const [wanted, setWanted] = useState<string>();
  const [agent, setAgent] = useState('');
  const [state, setState] = useState('');
  const work = useWork(createWork);
  const isBusy = work.status === 'running' || work.status === 'cancelling';
  const untrusted = untrustedOf(work.error);
  const given = { agent: readRest(agent), state: readRest(state) };
  const isWrong = given.agent === null || given.state === null;
  // Unless somebody chooses, the one that the settings say.
  const look = usePreview(config, wanted);
  const found = look.data;
  const start = useRef<HTMLButtonElement>(null);
  useFocusWhenReady(start, found !== undefined && found.status !== 'failed');
  const close = () => {
    createWork.forget();
    onClose();
  };
  const keep = async (start: boolean) => {
    const input: Input<'session_create'> = {
      config: { picked: config.token },
      strategy: wanted,
      agent: agent.trim() === '' ? undefined : agent,
      state: state.trim() === '' ? undefined : state,
      start,
      ...(untrusted && start && { trust: true, shown: untrusted.shown }),
    };
    try {
      const { session_id, snapshot, run_id } = await createWork.start(input);
      close();
      toast(
        snapshot === null
          ? { tone: 'warn', text: m.config_kept_bare() }
          : { text: m.config_kept({ name: fileOf(config) }) },
      );
      if (run_id) void navigate({ to: '/runs/$id', params: { id: run_id } });
      else onKept(session_id);
    } catch (thrown) {
      // What it failed with is told by the work; what was cancelled is as it was.
      if (CallError.from(thrown).code === 'cancelled') createWork.forget();
    } finally {
      changedHere(client);
    }
  };
  return (
    <Dialog
      isOpen
      onClose={close}
      closing={isBusy ? 'held' : 'free'}
      title={m.config_open_title()}
      data-testid="dialog-open-config"
      foot={
        isBusy ? (
          <div style={{ flex: 1 }}>
            <WorkProgress
              title={m.session_snapshot_keeping()}
              {...work}
              onCancel={() => createWork.cancel()}
            />
          </div>
        ) : (
          <>
            <Spring />
            <Button onPress={close}>{m.cancel()}</Button>
            <Button
              isDisabled={isWrong || !found}
              onPress={() => void keep(false)}
              data-testid="config-keep"
            >
              {m.config_keep()}
            </Button>
            <Button
              key={untrusted ? 'trust' : 'start'}
              ref={start}
              look="primary"
              icon="play"
              isDisabled={isWrong || !found || found.status === 'failed'}
              onPress={() => void keep(true)}
              data-testid="config-start"
            >
              {untrusted ? m.config_trust_start() : m.config_keep_start()}
            </Button>
          </>
        )
      }
    >
      <div className={styles.pick}>
        <Icon name="file" />
        <span className={styles.chosen} data-selectable>
          {visible(config.label)}
          {found && <small>{m.config_root({ path: visible(found.root) })}</small>}
        </span>
        <Button onPress={onPick} isDisabled={isBusy} data-testid="config-pick">
          {m.config_other()}
        </Button>
      </div>
      {strategies && (
        <Choice
          label={m.config_strategy()}
          value={wanted ?? strategies.chosen}
          onChange={setWanted}
          hint={words(`strategy_${wanted ?? strategies.chosen}_hint`)}
          options={strategies.items.map(({ name }) => ({
            value: name,
            label: label('strategy', name),
            detail: words(`strategy_${name}_hint`),
          }))}
          data-testid="config-strategy"
        />
      )}
      {untrusted && <TrustNotice acts={untrusted.acts} />}
      {work.error && !untrusted && <ErrorNotice error={work.error} />}
      <Preview look={look} onStop={close} />
      <details className={styles.fold}>
        <summary>{m.config_agent_state()}</summary>
        <div className={styles.fields}>
          <Json label={m.config_agent()} value={agent} onChange={setAgent} testid="config-agent" />
          <Json label={m.config_state()} value={state} onChange={setState} testid="config-state" />
        </div>
      </details>
    </Dialog>
  );
}

/** After the file was chosen Enter goes on as soon as it may; nobody who is at a field or a button is taken from it. */
function useFocusWhenReady(button: React.RefObject<HTMLButtonElement | null>, isReady: boolean) {
  useEffect(() => {
    const isElsewhere = document.activeElement?.matches('button, input, textarea, summary');
    if (isReady && !isElsewhere) button.current?.focus();
  }, [button, isReady]);
}

interface JsonProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  testid: string;
}

function Json({ label, value, onChange, testid }: JsonProps) {
  const isWrong = readRest(value) === null;
  return (
    <TextArea
      label={label}
      face="code"
      rows={3}
      value={value}
      onChange={onChange}
      hint={m.config_json_hint()}
      notes={isWrong ? [{ tone: 'problem', text: m.config_not_object() }] : []}
      data-testid={testid}
    />
  );
}

interface PreviewProps {
  look: ReturnType<typeof usePreview>;
  onStop: () => void;
}

function usePreview(config: PickedPlace, strategy: string | undefined) {
  return useLongLook('session_preview', { config: { picked: config.token }, strategy });
}

/** What would be kept of it. */
function Preview({ look, onStop }: PreviewProps) {
  const { data } = look;
  if (look.error) return <ErrorNotice error={look.error} onRetry={() => void look.refetch()} />;
  if (!data)
    return (
      <WorkProgress
        title={m.config_looking()}
        status="running"
        progress={look.progress}
        startedAt={look.startedAt}
        onCancel={onStop}
      />
    );
  return (
    <section data-testid="config-preview">
      <p>{filesWords(data.files.length, bytes(data.bytes))}</p>
      <div className={styles.found}>
        <Findings {...data} />
        <FileTree files={data.files} />
      </div>
    </section>
  );
}

/** The last part of where it is. */
function fileOf({ label }: PickedPlace): string {
  return visible(label.split(/[\\/]/).at(-1) ?? label);
}
