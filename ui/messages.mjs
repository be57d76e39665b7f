/**
 * Writes the type of the message catalogue, so that a key or a field that is not in it is an error
 * of the compiler. The words themselves are loaded by the page, a language at a time.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const catalogue = new URL('../messages/en.json', import.meta.url);
const written = new URL('./src/i18n/generated/messages.ts', import.meta.url);

const entries = Object.entries(JSON.parse(readFileSync(catalogue, 'utf8'))).map(([key, words]) => {
  const names = new Set(words.match(/(?<=\{)\w+(?=\})/g));
  const fields = [...names].map((name) => `${name}: Field`).join('; ');
  return `  ${JSON.stringify(key)}: (${fields && `fields: { ${fields} }`}) => string;`;
});

mkdirSync(new URL('.', written), { recursive: true });
writeFileSync(
  written,
  `/** Generated from messages/en.json. */
export type Field = string | number;

export interface Messages {
${entries.join('\n')}
}
`,
);
