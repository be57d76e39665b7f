import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { Icon } from '@/components';
import { guidePage } from '@/features/help/guide';
import { runOverviewQuery } from '@/features/runs/queries';
import { sessionCountsQuery } from '@/features/sessions/queries';
import { counted, m, number } from '@/i18n';
import { isAt, PLACES } from './places';
import styles from './Sidebar.module.css';
import { StateLine } from './StateLine';

interface Props {
  onSearch: () => void;
}

export function Sidebar({ onSearch }: Props) {
  // Only what needs a person has a number.
  const numbers: Record<string, [stem: string, count: number]> = {
    runs: ['waiting_for_you', useQuery(runOverviewQuery()).data?.asking ?? 0],
    sessions: ['sessions_to_recover', useQuery(sessionCountsQuery()).data?.recoverable ?? 0],
  };
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <nav className={styles.sidebar} aria-label={m.nav_label()}>
      <div className={styles.brand}>
        <span className={styles.mark} aria-hidden="true">
          <Icon name="check" size={14} />
        </span>
        <span className={styles.words}>Flowkeep</span>
      </div>
      <button type="button" className={styles.search} onClick={onSearch} data-testid="search">
        <Icon name="find" />
        <span className={styles.words}>{m.search()}</span>
        <kbd>Ctrl K</kbd>
      </button>
      {PLACES.map(({ id, icon, name, link, group }) => (
        <Link
          key={id}
          {...link}
          className={`${styles.place} ${group ? styles.begins : ''}`}
          data-on={isAt(id, path) || undefined}
          aria-current={isAt(id, path) ? 'page' : undefined}
          data-testid={`nav-${id}`}
        >
          <Icon name={icon} />
          <span className={styles.words}>{name()}</span>
          {numbers[id] && <Count stem={numbers[id][0]} count={numbers[id][1]} />}
        </Link>
      ))}
      <div className={styles.foot}>
        <StateLine />
        <Link
          to="/help/$page"
          params={{ page: guidePage(path) }}
          className={styles.help}
          aria-label={`${m.help()} (F1)`}
          title={`${m.help()} (F1)`}
          data-testid="help"
        >
          <Icon name="help" />
        </Link>
      </div>
    </nav>
  );
}

function Count({ stem, count }: { stem: string; count: number }) {
  if (count === 0) return null;
  return (
    <span className={styles.count} title={counted(stem, count)}>
      <span aria-hidden="true">{number(count)}</span>
      <span className="visually-hidden">{counted(stem, count)}</span>
    </span>
  );
}
