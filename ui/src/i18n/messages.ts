/** The message catalogue: the words of the language that is spoken. Only these are loaded. */
import type { Messages } from './generated/messages';

export type Locale = 'en' | 'zh-CN';
export type Fields = Record<string, string | number>;
type Words = Record<string, string>;

const CATALOGUES: Record<Locale, () => Promise<{ default: Words }>> = {
  en: () => import('../../../messages/en.json'),
  'zh-CN': () => import('../../../messages/zh-CN.json'),
};

/** The words of a language. */
export async function load(locale: Locale): Promise<Words> {
  return (await CATALOGUES[locale]()).default;
}

let spoken: Words = {};

/** Takes all words from these, from now on. */
export function speak(words: Words): void {
  spoken = words;
}

/** The catalogue's words under a key that is only known while running, if it has them. */
export function words(key: string, fields: Fields = {}): string | undefined {
  if (!Object.hasOwn(spoken, key)) return undefined;
  return spoken[key]?.replace(/\{(\w+)\}/g, (placeholder, name) =>
    String(fields[name] ?? placeholder),
  );
}

/** The words under each key of the catalogue: `m.search()`, `m.about_version({ version })`. */
export const m = new Proxy({} as Messages, {
  get: (_, key) => (fields?: Fields) => words(String(key), fields) ?? String(key),
});
