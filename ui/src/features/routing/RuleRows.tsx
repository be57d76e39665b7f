import { useQueries } from '@tanstack/react-query';
import { Chip } from '@/components';
import { OrderedRows } from '@/components/OrderedRows';
import { begun, m } from '@/i18n';
import type { SourceRow } from '@/ipc';
import { documentQuery } from '../catalog/queries';
import styles from './RulesTab.module.css';
import type { DraftRule } from './rulesDraft';
import { conditionWords, isType, ruleWords, sourceWords } from './words';

interface Props {
  rules: readonly DraftRule[];
  sources: readonly SourceRow[];
  onOpen: (key: string) => void;
  onChange: (rules: readonly DraftRule[]) => void;
  onRemove: (key: string) => void;
}

/** The rules in sentences, in the order in which they are asked. */
export function RuleRows({ rules, sources, onOpen, onChange, onRemove }: Props) {
  const named = [...new Set(rules.flatMap(({ when }) => when.workflow ?? []))];
  const found = useQueries({ queries: named.map((id) => documentQuery('workflow', id)) });
  const names = new Map(named.map((id, at) => [id, found[at]?.data?.row.name ?? id]));
  const onMove = (from: number, to: number) => {
    const next = [...rules];
    next.splice(to, 0, ...next.splice(from, 1));
    onChange(next);
  };
  return (
    <OrderedRows
      label={m.tab_rules()}
      rows={rules.map((rule, at) => {
        const workflow = rule.when.workflow && names.get(rule.when.workflow);
        return {
          key: rule.key,
          plainName: begun(ruleWords(rule, sources, workflow)),
          name: (
            <span className={styles.rule}>
              <span className={styles.number}>{at + 1}</span>
              <span className={styles.words}>
                {begun(conditionWords(rule.when, workflow))} <span aria-hidden="true">→</span>{' '}
                <b>{sourceWords(rule.source, sources)}</b>
              </span>
            </span>
          ),
          mark: <Missing source={rule.source} sources={sources} />,
        };
      })}
      selected={null}
      onSelect={onOpen}
      onMove={onMove}
      onRemove={(at) => rules[at] && onRemove(rules[at].key)}
    />
  );
}

/** That a rule chooses nothing: a type that is not connected yet, or a name that nothing has. */
function Missing({ source, sources }: { source: string; sources: readonly SourceRow[] }) {
  if (sources.some(({ name, type }) => name === source || type === source)) return null;
  return isType(source, sources) ? (
    <Chip icon="plug" title={m.rule_unconnected_hint()}>
      {m.cli_route_unconnected()}
    </Chip>
  ) : (
    <Chip tone="warn" icon="warn" title={m.rule_unconnected_hint()}>
      {m.rule_unknown_source()}
    </Chip>
  );
}
