import { Tick } from '@/components';
import { m } from '@/i18n';
import type { NoticeKind } from '@/ipc';
import styles from './Notices.module.css';

const WORDS: Record<NoticeKind, () => string> = {
  failed: m.notice_kind_failed,
  waiting: m.notice_kind_waiting,
  missed: m.notice_kind_missed,
  backup: m.notice_kind_backup,
};

/** What a workflow can be noticed for; a backup is of no workflow. */
export const OF_WORKFLOW: readonly NoticeKind[] = ['failed', 'waiting', 'missed'];

interface Props {
  kinds: readonly NoticeKind[];
  choices?: readonly NoticeKind[];
  onChange: (kinds: NoticeKind[]) => void;
}

/** Of what people are told. */
export function KindTicks({
  kinds,
  choices = Object.keys(WORDS) as NoticeKind[],
  onChange,
}: Props) {
  const set = (kind: NoticeKind, on: boolean) =>
    onChange(choices.filter((one) => (one === kind ? on : kinds.includes(one))));
  return (
    <div className={styles.ticks}>
      {choices.map((kind) => (
        <Tick
          key={kind}
          state={kinds.includes(kind)}
          onChange={(on) => set(kind, on)}
          data-testid={`notice-kind-${kind}`}
        >
          {WORDS[kind]()}
        </Tick>
      ))}
    </div>
  );
}
