import { useEffect, useLayoutEffect, useState } from 'react';
import { chooseLocale, setLocale } from '@/i18n';
import { type About, type Settings, shell } from '@/ipc';

/** Bring language and theme of the settings to the window, live. True once the first is in place. */
export function useAppearance(settings: Settings | undefined, about: About | undefined): boolean {
  const [ready, setReady] = useState(false);
  const theme = settings?.theme;
  const language = settings && about && chooseLocale(settings.language, about.system_languages);

  useLayoutEffect(() => {
    if (!language) return;
    void setLocale(language).then(() => setReady(true));
  }, [language]);

  useLayoutEffect(() => {
    if (theme) document.documentElement.dataset.theme = theme;
  }, [theme]);

  useEffect(() => {
    // The frame of the window is the shell's; that it stays as it was is no reason to stop.
    if (language && theme) shell.set_appearance({ language, theme }).catch(() => undefined);
  }, [language, theme]);

  return ready;
}
