import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Page } from '@/components';
import { label, locale, m } from '@/i18n';
import { Guide } from './Guide';
import { GUIDE_PAGES, guideText } from './guide';
import styles from './HelpPage.module.css';

/** The guide: its pages at the side, the one that is read beside them. */
export function HelpPage() {
  const { page } = useParams({ from: '/help/$page' });
  const text = useQuery({ queryKey: ['guide', locale(), page], queryFn: () => guideText(page) });
  return (
    <Page title={m.help()} subtitle={m.help_subtitle()} body="fill">
      <div className={styles.help}>
        <nav className={styles.pages} aria-label={m.help()}>
          {GUIDE_PAGES.map((name) => (
            <Link
              key={name}
              to="/help/$page"
              params={{ page: name }}
              data-on={name === page || undefined}
              aria-current={name === page ? 'page' : undefined}
            >
              {label('guide', name.replaceAll('-', '_'))}
            </Link>
          ))}
        </nav>
        <article
          key={page}
          className={styles.text}
          data-selectable
          data-testid="guide"
          aria-label={label('guide', page.replaceAll('-', '_'))}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys scroll it
          tabIndex={0}
        >
          {text.data !== undefined && <Guide text={text.data} />}
        </article>
      </div>
    </Page>
  );
}
