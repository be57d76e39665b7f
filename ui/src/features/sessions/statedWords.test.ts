import { expect, it } from 'vitest';
import { statedWords } from './words';

const without = { text: '2025-10-22T16:34:52.728718', has_zone: false };
const odd = { text: 'some day\u202e', has_zone: false };

it('says the times of a session file, and which of them name no time zone', () => {
  expect(statedWords({})).toBeUndefined();
  expect(statedWords({ stated_created_at: without })).toMatch(
    /^its file says it began 22 Oct 2025.* 16:34 \(no time zone\)$/,
  );
  const with_zone = { text: new Date(2025, 9, 23, 8, 5).toISOString(), has_zone: true };
  expect(statedWords({ stated_updated_at: with_zone })).toMatch(
    /^its file says it was last written 23 Oct 2025.* 08:05$/,
  );
  const both = statedWords({ stated_created_at: odd, stated_updated_at: with_zone });
  expect(both).toContain('it began some day\\u{202e} (no time zone) and was last written 23 Oct');
});
