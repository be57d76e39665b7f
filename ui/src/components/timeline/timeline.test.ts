import { describe, expect, it } from 'vitest';
import { type Bar, placed } from './bars';
import { folded, gaps } from './folds';
import { atCloseness, closeness, FOLD, panned, timeScale, zoomed } from './scale';
import { Slots } from './slots';
import { clockTicks, elapsedTicks } from './ticks';

const HOUR = 3_600_000;
const whole = (span: number, folds: { from: number; to: number }[] = [], width = 800) =>
  timeScale({ span, folds, width, view: undefined });

describe('the scale', () => {
  it('gives each fold its pixels and finds the time under a pixel again', () => {
    const scale = whole(100_000, [{ from: 20_000, to: 90_000 }]);
    expect(scale.x(90_000) - scale.x(20_000)).toBeCloseTo(FOLD);
    expect(scale.x(100_000)).toBeCloseTo(800 - 16);
    for (const time of [0, 5_000, 20_000, 50_000, 90_000, 99_999])
      expect(scale.time(scale.x(time))).toBeCloseTo(time, 3);
  });

  it('leaves what is under the pointer where it is', () => {
    const scale = whole(100_000, [{ from: 20_000, to: 90_000 }]);
    const view = zoomed(scale, 3, 300);
    const closer = timeScale({ ...scale, view });
    expect(closer.time(300)).toBeCloseTo(scale.time(300), 3);
    expect(closer.perMs).toBeCloseTo(scale.perMs * 3);
    expect(zoomed(closer, 0.001, 300)).toBeUndefined();
  });

  it('moves no further than its ends', () => {
    const scale = whole(100_000);
    expect(panned(scale, 100)).toBeUndefined();
    const closer = timeScale({ ...scale, view: zoomed(scale, 4) });
    const end = timeScale({ ...scale, view: panned(closer, 1e9) });
    expect(end.x(100_000)).toBeCloseTo(800 - 16);
    expect(timeScale({ ...scale, view: panned(closer, -1e9) }).left).toBe(0);
  });

  it('is as close as the slider says', () => {
    const scale = whole(10 * HOUR);
    for (const value of [0.25, 0.5, 1]) {
      const closer = timeScale({ ...scale, view: atCloseness(scale, value) });
      expect(closeness(closer)).toBeCloseTo(value, 5);
    }
    expect(atCloseness(scale, 0)).toBeUndefined();
  });

  it('has a place for everything of a run without length', () => {
    const scale = whole(0);
    expect(scale.x(0)).toBe(8);
    expect(Number.isFinite(scale.x(1))).toBe(true);
  });
});

describe('idle time', () => {
  it('is what lies between, before and after', () => {
    const busy = [
      { from: 50, to: 60 },
      { from: 10, to: 20 },
      { from: 12, to: 30 },
    ];
    expect(gaps(busy, 100)).toEqual([
      { from: 0, to: 10 },
      { from: 30, to: 50 },
      { from: 60, to: 100 },
    ]);
  });

  it('is folded where it takes more than a tenth of what is left to show', () => {
    // A try at once, one after a day; the pause of five minutes is much beside the tries.
    const day = 24 * HOUR;
    const idle = gaps(
      [
        { from: 0, to: 2_000 },
        { from: 302_000, to: 304_000 },
        { from: day, to: day + 5_000 },
      ],
      day + 5_000,
    );
    expect(folded(idle, day + 5_000, 800)).toEqual(idle);
    expect(folded(gaps([{ from: 0, to: 95_000 }], 100_000), 100_000, 800)).toEqual([]);
    expect(folded(gaps([{ from: 500, to: 600 }], 1_200), 1_200, 800)).toEqual([]);
  });

  it('never takes more than half of the width', () => {
    const busy = Array.from({ length: 12 }, (_, n) => ({ from: HOUR * 2 ** n, to: HOUR * 2 ** n }));
    const span = HOUR * 2 ** 11;
    expect(folded(gaps(busy, span), span, 2000)).toHaveLength(12);
    expect(folded(gaps(busy, span), span, 400)).toHaveLength(4);
  });
});

describe('ticks', () => {
  it('stand at whole steps, at least eighty pixels apart', () => {
    const { step, ticks } = elapsedTicks(whole(60_000));
    expect(step).toBe(10_000);
    expect(ticks.map(({ time }) => time / 1000)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    for (let n = 1; n < ticks.length; n += 1)
      expect((ticks[n]?.x ?? 0) - (ticks[n - 1]?.x ?? 0)).toBeGreaterThanOrEqual(80);
  });

  it('leave folds alone', () => {
    const fold = { from: 20_000, to: 900_000 };
    const scale = whole(920_000, [fold]);
    for (const { time, x } of elapsedTicks(scale).ticks) {
      expect(time <= fold.from || time >= fold.to).toBe(true);
      expect(x < scale.x(fold.from) || x > scale.x(fold.to)).toBe(true);
    }
  });

  it('of the clock stand at whole times of it', () => {
    const origin = new Date(2026, 10, 22, 1, 59, 53).getTime();
    const { ticks } = clockTicks(whole(60_000), origin);
    const times = ticks.map(({ time }) => new Date(origin + time).getSeconds());
    expect(times).toEqual([0, 10, 20, 30, 40, 50]);
  });

  it('of days stand at midnight, also where a day has not 24 hours', () => {
    const origin = new Date(2026, 2, 27, 15).getTime();
    const { ticks } = clockTicks(whole(5 * 24 * HOUR), origin);
    const hours = ticks.map(({ time }) => new Date(origin + time).getHours());
    expect(ticks.length).toBeGreaterThan(3);
    expect(new Set(hours).size).toBeLessThanOrEqual(2);
    expect(hours.every((hour) => hour % 12 === 0)).toBe(true);
  });
});

describe('bars', () => {
  const bar = (number: number, queued: number, began: number | null, ended: number | null) =>
    ({ number, queued, began, ended, tone: 'ok', shape: 'solid', title: '' }) as Bar;

  it('have their time in the queue before them', () => {
    const scale = whole(100_000);
    const [one] = placed([bar(1, 0, 20_000, 50_000)], scale, 100_000);
    expect(one?.wait?.left).toBeCloseTo(scale.x(0));
    expect(one?.wait?.width).toBeCloseTo(scale.x(20_000) - scale.x(0));
    expect(one?.width).toBeCloseTo(scale.x(50_000) - scale.x(20_000));
  });

  it('can be hit where they took a millisecond of ten hours', () => {
    const [one] = placed([bar(1, HOUR, HOUR, HOUR + 1)], whole(10 * HOUR), 10 * HOUR);
    expect(one?.width).toBe(10);
  });

  it('are one where they would lie over each other, and come apart closer up', () => {
    const many = Array.from({ length: 1000 }, (_, n) => bar(n + 1, n * 10, n * 10, n * 10 + 5));
    const far = placed(many, whole(10 * HOUR), 10 * HOUR);
    expect(far.map(({ first, last }) => [first, last])).toEqual([[1, 1000]]);
    expect(placed(many.slice(0, 3), whole(30), 30)).toHaveLength(3);
  });

  it('that only wait are all waiting, and those that go on reach until now', () => {
    const scale = whole(100_000);
    const [queued] = placed([bar(1, 40_000, null, null)], scale, 60_000);
    expect(queued?.width).toBeCloseTo(scale.x(60_000) - scale.x(40_000));
    const [runs] = placed([bar(1, 0, 40_000, null)], scale, 60_000);
    expect([runs?.goesOn, runs?.width]).toEqual([true, scale.x(60_000) - scale.x(40_000)]);
  });

  it('out of sight are not drawn', () => {
    const scale = timeScale({
      span: 100_000,
      folds: [],
      width: 800,
      view: { perMs: 0.1, at: 50_000 },
    });
    expect(placed([bar(1, 0, 0, 1_000), bar(2, 50_000, 50_000, 51_000)], scale, 0)).toHaveLength(1);
  });
});

it('gives an element that is out of sight to a row that comes into it', () => {
  const slots = new Slots();
  expect([...slots.assign([0, 1, 2])]).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
  ]);
  const next = slots.assign([2, 3, 4]);
  expect(next.get(2)).toBe(2);
  expect([...next.values()].sort()).toEqual([0, 1, 2]);
  // One that is held, such as the one with the keys, keeps its element however far one scrolls.
  expect(slots.assign([2, 900, 901]).get(2)).toBe(2);
});
