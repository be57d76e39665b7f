/** Which language the window speaks. One value, followed by everything that shows words. */
import { useSyncExternalStore } from 'react';
import { type Locale, load, speak } from './messages';

/** The language that was asked for last; spoken once its words are here. */
let asked: { locale: Locale; here: Promise<void> } | undefined;
let current: Locale | undefined;
const listeners = new Set<() => void>();

export function locale(): Locale {
  return current ?? 'en';
}

/** The language as `Intl` writes times and numbers in it: day before month, 24 hours. */
export function formatLocale(): string {
  return locale() === 'en' ? 'en-GB' : locale();
}

/** The language for a setting and the system's languages in order of preference. */
export function chooseLocale(setting: 'system' | Locale, system: readonly string[]): Locale {
  if (setting !== 'system') return setting;
  for (const language of system) {
    if (/^zh\b/i.test(language)) return 'zh-CN';
    if (/^en\b/i.test(language)) return 'en';
  }
  return 'en';
}

/** Speak this language from the moment its words are here; then the promise is kept. */
export function setLocale(next: Locale): Promise<void> {
  if (asked?.locale !== next) asked = { locale: next, here: begin(next) };
  return asked.here;
}

async function begin(next: Locale) {
  const words = await load(next);
  // Meanwhile another may have been asked for.
  if (asked?.locale !== next || current === next) return;
  speak(words);
  current = next;
  document.documentElement.lang = next;
  for (const listener of listeners) listener();
}

/** The language that is spoken; none before the words of the first are here. */
export function useLocale(): Locale | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => current,
  );
}
