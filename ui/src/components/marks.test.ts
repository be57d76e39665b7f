import { expect, it } from 'vitest';
import { marked } from './marks';

const shown = (text: string, words: string) =>
  marked(text, words)
    .map((piece) => (piece.isMarked ? `[${piece.text}]` : piece.text))
    .join('');

it('marks each of the words wherever they stand, whatever their case', () => {
  expect(shown('Order 订单 of orders', 'order 订单')).toBe('[Order] [订单] of [order]s');
  expect(shown('OrderSync failed', 'order_sync')).toBe('[OrderSync] failed');
  expect(shown('aaa', 'aa')).toBe('[aaa]');
  expect(shown('İstanbul 😀 x', 'x')).toBe('İstanbul 😀 [x]');
});

it('leaves a text whole where none of them stands', () => {
  expect(marked('nothing here', 'order')).toEqual([{ text: 'nothing here', isMarked: false }]);
  expect(marked('nothing here', ' "* ')).toEqual([{ text: 'nothing here', isMarked: false }]);
  expect(marked('', 'order')).toEqual([]);
});
