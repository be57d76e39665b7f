import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, Card, ErrorNotice, Notice, toast } from '@/components';
import { counted, m } from '@/i18n';
import type { RouteList, RouteSetInput, SourceRow } from '@/ipc';
import { tellFailure, useCommand } from '../command';
import { sourcesQuery } from '../connections/queries';
import { routesQuery } from './queries';
import { RuleDialog } from './RuleDialog';
import { RuleRows } from './RuleRows';
import styles from './RulesTab.module.css';
import {
  discardRules,
  draftRules,
  inputOf,
  kept,
  newRule,
  textOf,
  useRulesDraft,
} from './rulesDraft';
import { TryRules } from './TryRules';

/** The rules that choose data sources, in their order, and what they would choose. */
export function RulesTab() {
  const routes = useQuery(routesQuery());
  const sources = useQuery(sourcesQuery()).data;
  const set = useCommand('route_set', ['settings', 'operation']);
  const keep = async (input: RouteSetInput, done: string) => {
    const before = routes.data && { routes: inputOf(routes.data.items) };
    const put = (input: RouteSetInput) => set.mutateAsync(input).then(discardRules);
    const back = (before: RouteSetInput) =>
      void put(before).then(() => toast({ text: m.undone() }), tellFailure);
    const action = before && { label: m.undo(), run: () => back(before), testid: 'undo' };
    await put(input).then(() => toast({ text: done, action }), tellFailure);
  };
  const reset = () => void keep({}, m.rules_reset());
  if (routes.error) {
    return (
      <ErrorNotice error={routes.error} onRetry={() => routes.refetch()}>
        <Button onPress={reset}>{m.rules_to_defaults()}</Button>
      </ErrorNotice>
    );
  }
  if (!routes.data || !sources) return null;
  return (
    <Rules
      list={routes.data}
      sources={sources}
      isBusy={set.isPending}
      onReset={reset}
      onSave={(routes) => void keep({ routes }, m.rules_saved())}
    />
  );
}

interface Props {
  list: RouteList;
  sources: readonly SourceRow[];
  isBusy: boolean;
  onReset: () => void;
  onSave: (routes: ReturnType<typeof inputOf>) => void;
}

function Rules({ list, sources, isBusy, onReset, onSave }: Props) {
  const draft = useRulesDraft();
  const [open, setOpen] = useState<string | null>(null);
  const rules = draft?.rules ?? kept(list);
  const opened = rules.find(({ key }) => key === open);
  const put = (next: typeof rules) => draftRules(list, next);
  const remove = (key: string) => {
    const place = rules.findIndex((rule) => rule.key === key);
    setOpen(null);
    put(rules.filter((rule) => rule.key !== key));
    toast({
      text: m.rule_removed({ order: place + 1 }),
      action: { label: m.undo(), run: () => put(rules), testid: 'undo' },
    });
  };
  const isOverwriting = draft !== null && draft.base !== textOf(list.items);
  return (
    <>
      <Card
        title={counted('n_routes', rules.length)}
        data-testid="rules"
        aside={
          <>
            {!list.defaults && (
              <Button look="quiet" icon="undo" onPress={onReset} data-testid="rules-defaults">
                {m.rules_to_defaults()}
              </Button>
            )}
            <Button look="primary" icon="plus" onPress={() => setOpen(NEW)} data-testid="rule-add">
              {m.rule_new()}
            </Button>
          </>
        }
      >
        <RuleRows
          rules={rules}
          sources={sources}
          onOpen={setOpen}
          onChange={put}
          onRemove={remove}
        />
        <p className={styles.foot}>{m.rules_words()}</p>
      </Card>
      {draft && (
        <div className={styles.unsaved}>
          <Notice
            tone="warn"
            icon="info"
            data-testid="rules-unsaved"
            end={
              <>
                <Button look="quiet" onPress={discardRules} data-testid="rules-discard">
                  {m.rules_discard()}
                </Button>
                <Button
                  look="primary"
                  onPress={() => onSave(inputOf(rules))}
                  isDisabled={isBusy}
                  data-testid="rules-save"
                >
                  {m.rules_save()}
                </Button>
              </>
            }
          >
            {isOverwriting ? m.rules_changed_elsewhere() : m.rules_unsaved()}
          </Notice>
        </div>
      )}
      <TryRules routes={draft ? inputOf(rules) : undefined} />
      {(opened || open === NEW) && (
        <RuleDialog
          rule={opened}
          sources={sources}
          onClose={() => setOpen(null)}
          onRemove={opened && (() => remove(opened.key))}
          onDone={(when, source) => {
            setOpen(null);
            put(
              opened
                ? rules.map((rule) => (rule.key === opened.key ? { ...rule, when, source } : rule))
                : [newRule(when, source), ...rules],
            );
          }}
        />
      )}
    </>
  );
}

/** The place of a rule that is not in the list yet. */
const NEW = 'new';
