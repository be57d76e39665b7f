import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  Button,
  Chip,
  Dialog,
  ErrorNotice,
  Segments,
  Spring,
  TextArea,
  Tick,
  toast,
} from '@/components';
import { label, m } from '@/i18n';
import type { StrategyList, StrategyRow } from '@/ipc';
import { useCommand } from '../command';
import styles from './Files.module.css';
import { strategiesQuery } from './queries';
import { StrategyTrial } from './StrategyTrial';

/** The kinds of files a configuration has, as requirement and command line call them. */
const KINDS = ['workflows', 'tool-sets', 'tools', 'llms', 'agents', 'prompts', 'global'] as const;

const TAGS = ['settings', 'session'];

/** What each strategy takes of a configuration, and which one new sessions use. */
export function StrategyDialog({ onClose }: { onClose: () => void }) {
  const strategies = useQuery(strategiesQuery());
  const [wanted, setWanted] = useState<string>();
  if (!strategies.data)
    return (
      <Dialog isOpen onClose={onClose} title={m.strategies_title()} data-testid="dialog-strategies">
        {strategies.error && (
          <ErrorNotice error={strategies.error} onRetry={() => void strategies.refetch()} />
        )}
      </Dialog>
    );
  const { items, chosen } = strategies.data;
  const shown = items.find(({ name }) => name === (wanted ?? chosen)) ?? items[0];
  if (!shown) return null;
  return (
    <Form
      // What was typed for one strategy is none of another.
      key={JSON.stringify(shown)}
      strategies={strategies.data}
      shown={shown}
      onShow={setWanted}
      onClose={onClose}
    />
  );
}

interface FormProps {
  strategies: StrategyList;
  shown: StrategyRow;
  onShow: (name: string) => void;
  onClose: () => void;
}

function Form({ strategies, shown, onShow, onClose }: FormProps) {
  const [kinds, setKinds] = useState<readonly string[]>(shown.kinds);
  const [patterns, setPatterns] = useState(shown.exclude.join('\n'));
  const set = useCommand('session_strategies_set', TAGS);
  const reset = useCommand('session_strategies_reset', TAGS);
  const choose = useCommand('settings_update', ['settings', 'operation']);
  const exclude = patterns.split('\n').flatMap((line) => line.trim() || []);
  const isDirty =
    kinds.length !== shown.kinds.length ||
    kinds.some((kind) => !shown.kinds.includes(kind)) ||
    exclude.join('\n') !== shown.exclude.join('\n');
  const isChosen = shown.name === strategies.chosen;
  const tick = (kind: string, on: boolean) =>
    setKinds(KINDS.filter((one) => (one === kind ? on : kinds.includes(one))));
  const save = () => {
    if (!isDirty || kinds.length === 0) return;
    const input = { name: shown.name, kinds: [...kinds], exclude };
    set.mutate(input, { onSuccess: () => toast({ text: m.strategy_saved() }) });
  };
  const error = set.error ?? reset.error ?? choose.error;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={m.strategies_title()}
      subtitle={m.strategies_hint()}
      onEnter={save}
      data-testid="dialog-strategies"
      foot={
        <>
          {shown.is_changed && (
            <Button
              isDisabled={reset.isPending}
              onPress={() =>
                reset.mutate(
                  { name: shown.name },
                  { onSuccess: () => toast({ text: m.strategy_was_reset() }) },
                )
              }
              data-testid="strategy-reset"
            >
              {m.session_strategies_reset()}
            </Button>
          )}
          <Spring />
          <Button onPress={onClose}>{m.close()}</Button>
          <Button
            look="primary"
            isDisabled={!isDirty || kinds.length === 0 || set.isPending}
            onPress={save}
            data-testid="strategy-save"
          >
            {m.strategy_save()}
          </Button>
        </>
      }
    >
      <div className={styles.pick}>
        <Segments
          label={m.strategy()}
          value={shown.name}
          onChange={onShow}
          options={strategies.items.map(({ name }) => ({
            value: name,
            label: label('strategy', name),
            testid: `strategy-${name}`,
          }))}
        />
        {isChosen ? (
          <Chip tone="ok" icon="check">
            {m.strategy_chosen()}
          </Chip>
        ) : (
          <Button
            look="quiet"
            isDisabled={choose.isPending}
            onPress={() => choose.mutate({ snapshot_strategy: shown.name })}
            data-testid="strategy-choose"
          >
            {m.strategy_choose()}
          </Button>
        )}
      </div>
      <fieldset className={styles.ticks}>
        <legend>{m.strategy_kinds()}</legend>
        {KINDS.map((kind) => (
          <Tick
            key={kind}
            state={kinds.includes(kind)}
            onChange={(on) => tick(kind, on)}
            data-testid={`kind-${kind}`}
          >
            {label('config_kinds', kind.replaceAll('-', '_'))}
          </Tick>
        ))}
      </fieldset>
      {kinds.length === 0 && <p role="alert">{m.strategy_needs_kind()}</p>}
      <TextArea
        label={m.strategy_exclude()}
        hint={m.strategy_exclude_hint()}
        face="code"
        rows={3}
        value={patterns}
        onChange={setPatterns}
        data-testid="strategy-exclude"
      />
      <StrategyTrial strategy={shown.name} kinds={kinds} exclude={exclude} />
      {error && <ErrorNotice error={error} />}
    </Dialog>
  );
}
