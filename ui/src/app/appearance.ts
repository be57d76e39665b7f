import { useEffect, useLayoutEffect, useState } from 'react';
import { chooseLocale, type Locale, setLocale } from '@/i18n';
import { type About, type Settings, shell } from '@/ipc';

/** The face that nearly all text of a language is set in (tokens.css). */
const FACES: Record<Locale, string> = {
  en: '13px "Inter Variable"',
  'zh-CN': '13px "Inter Latin"',
};

/**
 * Speak a language; done when its words and its face are here. Text laid out before its face is
 * here would first be set in the system's, and looking for those takes longer than all the rest.
 */
export async function present(language: Locale): Promise<void> {
  const face = document.fonts?.load(FACES[language]);
  await setLocale(language);
  await face?.catch(() => undefined);
}

/** Bring language and theme of the settings to the window, live. True once the first is in place. */
export function useAppearance(settings: Settings | undefined, about: About | undefined): boolean {
  const [ready, setReady] = useState(false);
  const theme = settings?.theme;
  const language = settings && about && chooseLocale(settings.language, about.system_languages);

  useLayoutEffect(() => {
    if (!language) return;
    void present(language).then(() => setReady(true));
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
