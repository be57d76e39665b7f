import { expect, it } from 'vitest';
import { boxesOf, elbowsOf, neighboursOf } from './dependencies';

const STEPS = {
  usual: null,
  tasks: [
    { id: 'a' },
    { id: 'b', depends_on: ['a'] },
    { id: 'c', depends_on: ['a', 'b'] },
    { id: 'd' },
  ],
};

it('knows what stands before and after a task', () => {
  const neighbours = neighboursOf(STEPS);
  const lines = (id: string, most = 9) =>
    elbowsOf(neighbours, id, most).map(({ from, to, way }) => `${from}>${to} ${way}`);
  expect(lines('b')).toEqual(['a>b before', 'b>c after']);
  expect(lines('a', 1)).toEqual(['a>b after']);
  expect(lines('d')).toEqual([]);
  expect(lines('z')).toEqual([]);
});

it('turns just before the later task, whichever row is above', () => {
  const down = boxesOf({ x: 10, y: 14 }, { x: 100, y: 70 }, 0, 1000);
  expect(down).toEqual([
    { left: 10, top: 14, width: 85, height: 1 },
    { left: 94, top: 14, width: 1, height: 56 },
    { left: 94, top: 70, width: 7, height: 1 },
  ]);
  const up = boxesOf({ x: 10, y: 70 }, { x: 100, y: 14 }, 0, 1000);
  expect(up[1]).toEqual({ left: 94, top: 14, width: 1, height: 56 });
});

it('draws no more of a line than what is in sight', () => {
  const boxes = boxesOf({ x: 0, y: 14 }, { x: 100, y: 280_000 }, 1000, 1600);
  expect(boxes).toEqual([{ left: 94, top: 1000, width: 1, height: 600 }]);
  expect(boxesOf({ x: 0, y: 14 }, { x: 100, y: 70 }, 1000, 1600)).toEqual([]);
});
