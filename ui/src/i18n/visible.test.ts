import { expect, it } from 'vitest';
import { visible } from './visible';

it('shows what acts on a line as an escape, and leaves words of any script alone', () => {
  expect(visible('esc \u001b[31mred\u0007 \u202Ertl')).toBe(
    'esc \\u{1b}[31mred\\u{7} \\u{202e}rtl',
  );
  expect(visible('a\nb\tc')).toBe('a\\nb\\tc');
  for (const plain of ['Nightly close', '示例路线图', 'سير العمل', '👩‍💻 night'])
    expect(visible(plain)).toBe(plain);
});
