/** The choice of a source in sentences, as the command line's `route explain` says it. */
import { begun, m, say, visible } from '@/i18n';
import type { RouteExplanation, RuleConsidered, SourceRow } from '@/ipc';
import { conditionWords, ruleWords, sourceWords } from './words';

export interface Explained {
  /** What was chosen and why, or why nothing was. */
  head: string;
  /** Why the rules before it and the other connections were not. */
  others: string[];
}

export function explained(found: RouteExplanation, sources: readonly SourceRow[]): Explained {
  const ofRule = new Set(found.rules.map(({ source }) => source));
  const others = found.passed_over.filter(({ source }) => !ofRule.has(source));
  return {
    head: begun(found.source ? chosen(found, found.source) : found.reason ? say(found.reason) : ''),
    others: [
      ...rulesPassedOver(found.rules, sources),
      ...others.map(({ source, why }) =>
        m.labelled({ label: visible(sourceWords(source, sources)), text: visible(say(why)) }),
      ),
    ],
  };
}

function chosen({ rules, rule }: RouteExplanation, name: string): string {
  const source = visible(name);
  const by = rules.at(-1);
  if (by && !by.why) {
    return m.explained_rule({ source, order: by.order, when: conditionWords(by.when) });
  }
  if (rule === 'name') return m.explained_name({ source });
  return rule === 'type' ? m.explained_type({ source }) : m.explained_able({ source });
}

/** Those that do not apply in one line where they follow one another. */
function rulesPassedOver(rules: readonly RuleConsidered[], sources: readonly SourceRow[]) {
  const told: string[] = [];
  for (let at = 0; at < rules.length; at += 1) {
    const first = rules[at];
    if (!first?.why) continue;
    while (!applies(first) && rules[at + 1] && !applies(rules[at + 1])) at += 1;
    const last = rules[at] ?? first;
    told.push(
      begun(
        last === first
          ? m.labelled({
              label: m.rule_numbered({ order: first.order, rule: ruleWords(first, sources) }),
              text: visible(say(first.why)),
            })
          : m.rules_not_applying({ first: first.order, last: last.order }),
      ),
    );
  }
  return told;
}

function applies(rule: RuleConsidered | undefined): boolean {
  return rule?.why?.code !== 'rule_not_applying';
}
