import { m, number, say, visible, when } from '@/i18n';
import { type Line, rowOf } from './groups';
import styles from './History.module.css';
import type { Drawn } from './queries';
import { added, type Counts, type DrawnRow } from './shares';
import { lineName, shareWords } from './words';

interface Props {
  lines: readonly Line[];
  drawn: Drawn | undefined;
  caption: string;
}

/** The same as the timeline, in words and figures. */
export function HistoryTable({ lines, drawn, caption }: Props) {
  const figure = (value: number) => (value > 0 ? number(value) : '–');
  return (
    <div className={styles.tableRoom}>
      <table className={styles.table} data-testid="history-table">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{m.run_column_workflow()}</th>
            <th scope="col">{m.nav_runs()}</th>
            <th scope="col">{m.history_column_succeeded()}</th>
            <th scope="col">{m.history_column_failed()}</th>
            <th scope="col">{m.history_column_cancelled()}</th>
            <th scope="col">{m.history_column_open()}</th>
            <th scope="col">{m.history_column_next()}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            if (line.kind === 'group' && line.isOpen)
              return (
                <tr key={line.key}>
                  <th scope="rowgroup" colSpan={7} className={styles.tableGroup}>
                    {lineName(line)}
                  </th>
                </tr>
              );
            const row = drawn && rowOf(line, drawn.rows);
            return (
              <tr key={line.key}>
                <th scope="row">{lineName(line)}</th>
                <td>{row && figure(row.made)}</td>
                <td>{row && figure(row.succeeded)}</td>
                <td data-failed={(row?.failed ?? 0) > 0 || undefined}>
                  {row && figure(row.failed)}
                </td>
                <td>{row && figure(row.cancelled)}</td>
                <td>{row && openWords(row)}</td>
                <td>{row && drawn && nextOf(row, drawn.since)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** What of it has not ended, by status. */
function openWords({ open = [] }: DrawnRow): string {
  const none: Counts = { runs: 0, failed: 0, cancelled: 0, open: 0, waiting: 0 };
  return shareWords(open.reduce<Counts>((all, chunk) => added(all, chunk), none)) || '–';
}

/** When it starts next by itself, or why it will not. */
function nextOf({ planned = [] }: DrawnRow, since: number): string {
  const next = planned.find(({ hindered }) => !hindered);
  if (next) return when(new Date(since + next.at).toISOString());
  const why = planned[0]?.hindered;
  return why ? m.history_hindered({ why: visible(say(why)) }) : '–';
}
