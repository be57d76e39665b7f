import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { ErrorNotice } from '@/components';
import { aboutQuery, settingsQuery } from '@/features/settings/queries';
import { useLocale } from '@/i18n';
import styles from './App.module.css';
import { useAppearance } from './appearance';
import { useEvents } from './events';
import { useFirstAnswers, useFirstPaint } from './firstPaint';
import { useKeptFocus } from './keptFocus';
import { createQueryClient } from './queries';
import { createAppRouter } from './router';

export function App() {
  const [client] = useState(createQueryClient);
  return (
    <QueryClientProvider client={client}>
      <Window />
    </QueryClientProvider>
  );
}

/** The window once its settings are known: everything below it speaks their language. */
function Window() {
  const hears = useEvents();
  const settings = useQuery({ ...settingsQuery(), enabled: hears });
  const about = useQuery({ ...aboutQuery(), enabled: hears });
  const answered = useFirstAnswers(hears);
  const locale = useLocale();
  const [router] = useState(createAppRouter);
  useKeptFocus();
  const ready = useAppearance(settings.data, about.data);
  const error = settings.error ?? about.error;
  useFirstPaint(error !== null);

  if (!locale) return null;
  if (error) {
    const retry = () => void Promise.all([settings.refetch(), about.refetch()]);
    return (
      <div className={styles.alone}>
        <ErrorNotice error={error} onRetry={retry} />
      </div>
    );
  }
  if (!ready || !answered) return null;
  return (
    <I18nProvider locale={locale}>
      {/* Words are looked up while rendering: another language renders everything anew. */}
      <RouterProvider key={locale} router={router} />
    </I18nProvider>
  );
}
