import { expect, it } from 'vitest';
import { ended } from './TextDifferenceView';

it('shows no line behind the newline that ends both texts, and keeps one that only one has', () => {
  expect(ended({ before: 'a\n', after: 'a\nb\n' })).toEqual({ before: 'a', after: 'a\nb' });
  expect(ended({ before: 'a', after: 'a\n' })).toEqual({ before: 'a', after: 'a\n' });
  expect(ended({ before: 'a\n\n', after: 'a\n' })).toEqual({ before: 'a\n', after: 'a' });
  expect(ended({ before: 'a\r\n', after: 'a\r\n\n' })).toEqual({ before: 'a', after: 'a\r\n' });
});
