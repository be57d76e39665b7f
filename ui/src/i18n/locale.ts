/** Which language the window speaks. One value, followed by everything that shows words. */
import { useSyncExternalStore } from 'react';
import { overwriteGetLocale } from './paraglide/runtime';

export type Locale = 'en' | 'zh-CN';

let current: Locale = 'en';
const listeners = new Set<() => void>();
overwriteGetLocale(() => current);

export function locale(): Locale {
  return current;
}

/** The language as `Intl` writes times and numbers in it: day before month, 24 hours. */
export function formatLocale(): string {
  return current === 'en' ? 'en-GB' : current;
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

/** Speak this language from now on. */
export function setLocale(next: Locale): void {
  if (next === current) return;
  current = next;
  document.documentElement.lang = next;
  for (const listener of listeners) listener();
}

export function useLocale(): Locale {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => current,
  );
}
