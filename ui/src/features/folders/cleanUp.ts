/** Which archives of a folder go, as its settings have it and as a clean-up is asked for it. */
import { counted, m, number } from '@/i18n';
import type { CleanUpRule, FolderCleanUpInput } from '@/ipc';

/** As people count room on a disk. */
export const MEGABYTE = 1_000_000;

export function isEmptyRule({ keep, older_than_days, max_bytes }: CleanUpRule): boolean {
  return keep === undefined && older_than_days === undefined && max_bytes === undefined;
}

export function sameRule(one: CleanUpRule, other: CleanUpRule): boolean {
  return (
    one.keep === other.keep &&
    one.older_than_days === other.older_than_days &&
    one.max_bytes === other.max_bytes
  );
}

/** What a clean-up by this rule is asked for. */
export function wantedOf({
  keep,
  older_than_days,
  max_bytes,
}: CleanUpRule): Omit<FolderCleanUpInput, 'id'> {
  return {
    ...(keep !== undefined && { keep }),
    ...(older_than_days !== undefined && { older_than: `${older_than_days}d` }),
    ...(max_bytes !== undefined && { max_bytes }),
  };
}

/** The rule in words. */
export function ruleWords(rule: CleanUpRule): string {
  const { keep, older_than_days, max_bytes } = rule;
  if (isEmptyRule(rule)) return m.archives_rule_none();
  const isAlone = older_than_days === undefined && max_bytes === undefined;
  if (isAlone && keep !== undefined) return counted('archives_rule_keep', keep);
  return [
    older_than_days !== undefined && counted('archives_rule_days', older_than_days),
    max_bytes !== undefined &&
      m.archives_rule_megabytes({ megabytes: number(Math.round(max_bytes / MEGABYTE)) }),
    keep !== undefined && counted('archives_rule_stay', keep),
  ]
    .filter((words) => typeof words === 'string')
    .join(' · ');
}
