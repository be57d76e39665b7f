import { describe, expect, it } from 'vitest';
import { layersOf, partsOf } from './layers';
import { type Layout, layoutOf, NODE } from './layout';
import { type Edge, legsAlong } from './legs';
import { orderLayers } from './order';
import { nearest } from './place';

/** Tasks by names, each with those it comes after. */
function graph(tasks: Record<string, string>): number[][] {
  const names = Object.keys(tasks);
  return Object.values(tasks).map((after) => [...after].map((name) => names.indexOf(name)));
}

/** The same numbers each time. */
function chance(seed: number) {
  let at = seed;
  return (below: number) => {
    at = (at * 1103515245 + 12345) & 0x7fffffff;
    return (at >> 8) % below;
  };
}

function random(count: number, seed: number): number[][] {
  const next = chance(seed);
  return Array.from({ length: count }, (_, n) =>
    n === 0 ? [] : Array.from({ length: next(4) }, () => next(n)),
  );
}

const chain = (count: number) => Array.from({ length: count }, (_, n) => (n > 0 ? [n - 1] : []));

/** Pairs of nodes that cover each other. */
function covered({ x, y }: Layout): number {
  let count = 0;
  for (let a = 0; a < x.length; a++)
    for (let b = 0; b < a; b++) {
      const across = Math.abs((x[a] ?? 0) - (x[b] ?? 0));
      const along = Math.abs((y[a] ?? 0) - (y[b] ?? 0));
      if (across < NODE.width && along < NODE.height) count++;
    }
  return count;
}

const wayOf = ({ legs, edges }: Layout, n: number) => [...legsAlong(legs, edges[n] as Edge)];

/** Pairs of curves that cross between the same two layers. */
function crossed({ legs }: Layout): number {
  let count = 0;
  legs.forEach((a, n) => {
    for (const b of legs.slice(0, n))
      if (a.x1 === b.x1 && a.x2 === b.x2 && (a.y1 - b.y1) * (a.y2 - b.y2) < 0) count++;
  });
  return count;
}

describe('layers', () => {
  it('each node stands one after the furthest of those before it', () => {
    const { layer } = layersOf(graph({ a: '', b: 'a', c: 'ab', d: '', e: 'cd' }));
    expect([...layer]).toEqual([0, 1, 2, 0, 3]);
  });

  it('takes what is named twice, itself or not there for nothing', () => {
    const { before } = layersOf([[], [0, 0, 1, 7, -1]]);
    expect(before).toEqual([[], [0]]);
  });

  it('comes to an end with circles, and keeps their edges to be drawn', () => {
    const { layer, backward } = layersOf(graph({ a: 'c', b: 'a', c: 'b', d: 'c' }));
    expect([...layer]).toEqual([0, 1, 2, 3]);
    expect(backward).toEqual([[2, 0]]);
    const { edges } = layoutOf(graph({ a: 'b', b: 'a' }));
    expect(edges.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it('stands what follows a circle after it, and breaks it where it is entered', () => {
    const { layer, backward } = layersOf(graph({ s: '', e: 'c', w: 'sc', c: 'w' }));
    expect([...layer]).toEqual([0, 3, 1, 2]);
    expect(backward).toEqual([[3, 2]]);
    expect([...layersOf(graph({ d: '', w: 'r', r: 'dw' })).layer]).toEqual([0, 2, 1]);
    // Also where nothing leads to the circle, and what comes after two of them after both.
    expect([...layersOf(graph({ e: 'c', w: 'c', c: 'w' })).layer]).toEqual([2, 0, 1]);
    const both = layersOf(graph({ j: 'bd', a: 'b', b: 'a', c: 'd', d: 'c' }));
    expect([...both.layer]).toEqual([2, 0, 1, 0, 1]);
    expect(both.before[0]).toEqual([2, 4]);
  });

  it('knows what nothing joins', () => {
    expect(partsOf(graph({ a: '', b: '', c: 'a', d: 'b', e: '' }))).toEqual([[0, 2], [1, 3], [4]]);
  });
});

describe('order', () => {
  it('leaves no crossing where none is needed', () => {
    const diamond = layoutOf(graph({ a: '', b: 'a', c: 'a', d: 'bc' }));
    expect(crossed(diamond)).toBe(0);
    // Two ways that the definition has the other way round.
    const ways = layoutOf(graph({ a: '', b: 'a', c: 'a', d: 'c', e: 'b', f: 'de' }));
    expect(crossed(ways)).toBe(0);
  });

  /** Layers of so many items each, each item with those of the layer before that lead to it. */
  const ranks = (sizes: number[], up: number[][]) => {
    let at = 0;
    const layers = sizes.map((size) => Array.from({ length: size }, () => at++));
    const down: number[][] = up.map(() => []);
    up.forEach((from, to) => {
      for (const one of from) down[one]?.push(to);
    });
    return { layers, up, down };
  };

  it('goes through the layers more than twice where that saves a crossing', () => {
    const up = [[], [], [], [1, 2], [0, 2], [2], [1], [3], [5], [5], [5]];
    expect(orderLayers(ranks([3, 4, 4], up))).toBe(0);
  });

  it('exchanges neighbours where that saves a crossing', () => {
    const up = [[], [], [], [], [], [0], [2, 3, 4], [0, 4], [0], [6], [6], [6]];
    expect(orderLayers(ranks([5, 4, 3], up))).toBe(1);
  });

  it('takes so many steps where all of a stage wait for all of the one before', () => {
    const [stages, wide] = [3, 100];
    const stage = (at: number) => Array.from({ length: wide }, (_, n) => at * wide + n);
    const layers = Array.from({ length: stages }, (_, at) => stage(at));
    let asked = 0;
    const counted = (of: number[][]) =>
      new Proxy(of, {
        get: (target, key) => {
          asked++;
          return Reflect.get(target, key);
        },
      });
    const up = layers.flatMap((items, at) => items.map(() => (at > 0 ? stage(at - 1) : [])));
    const { down } = ranks([wide, wide, wide], up);
    orderLayers({ layers, up: counted(up), down: counted(down) });
    expect(asked).toBeLessThan(50 * stages * wide);
  });

  it('counts what is left', () => {
    const up = [[], [], [0, 1], [0, 1]];
    const down = [[2, 3], [2, 3], [], []];
    expect(
      orderLayers({
        layers: [
          [0, 1],
          [2, 3],
        ],
        up,
        down,
      }),
    ).toBe(1);
  });
});

describe('places', () => {
  it('are the nearest to what is wished that leave room', () => {
    const wish = (at: number, weight = 1) => ({ at, weight });
    expect(nearest([wish(0), wish(0), wish(100)], [0, 10, 10])).toEqual([-5, 5, 100]);
    expect(nearest([wish(0, 3), wish(0)], [0, 8])).toEqual([-2, 6]);
    expect(nearest([], [])).toEqual([]);
  });
});

describe('a graph', () => {
  it('stands from left to right, a diamond even on both sides', () => {
    const { x, y, width, height } = layoutOf(graph({ a: '', b: 'a', c: 'a', d: 'bc' }));
    expect(x[0]).toBe(0);
    expect(x[1]).toBe(x[2]);
    expect(x[3]).toBe(width - NODE.width);
    expect(y[0]).toBe(y[3]);
    expect((y[1] ?? 0) + (y[2] ?? 0)).toBe(2 * (y[0] ?? 0));
    expect(height).toBe(2 * NODE.height + 20);
  });

  it('draws nearly straight what follows one of several', () => {
    const { y } = layoutOf(graph({ a: '', b: 'a', c: 'a', d: 'a', e: 'd', f: 'e', g: 'f' }));
    expect(Math.max(...y.slice(3)) - Math.min(...y.slice(3))).toBeLessThan(NODE.height / 4);
    expect(y[3]).toBeGreaterThan((y[2] ?? 0) + NODE.height);
  });

  it('lets no node cover another, and each stand after all it comes after', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const tasks = random(150, seed);
      const laid = layoutOf(tasks);
      expect(covered(laid)).toBe(0);
      const wrong = laid.edges.filter(
        ({ from, to }) => (laid.x[from] ?? 0) + NODE.width > (laid.x[to] ?? 0),
      );
      expect(wrong).toEqual([]);
      expect(laid.edges.length).toBe(tasks.flatMap((before) => [...new Set(before)]).length);
    }
  });

  it('is laid out alike each time', () => {
    expect(layoutOf(random(120, 9))).toEqual(layoutOf(random(120, 9)));
  });

  it('runs a long edge past the nodes between, in one line from one node to the other', () => {
    const laid = layoutOf(graph({ a: '', b: 'a', c: 'b', d: 'ac' }));
    const { legs, edges, x, y } = laid;
    const long = edges.findIndex(({ from, to }) => from === 0 && to === 3);
    const way = wayOf(laid, long).sort((a, b) => a.x0 - b.x0);
    expect(way.length).toBe(3);
    expect(way[0]?.x0).toBe(NODE.width);
    expect(way.at(-1)?.x3).toBe(x[3]);
    way.slice(1).forEach((leg, n) => {
      expect([leg.x0, leg.y1]).toEqual([way[n]?.x3, way[n]?.y2]);
    });
    // Beside the middle of no node that it passes.
    const passed = way[0]?.y2 ?? 0;
    expect(Math.abs(passed - (y[1] ?? 0) - NODE.height / 2)).toBeGreaterThan(NODE.height / 2);
    expect(legs.filter(({ isEnd }) => isEnd).length).toBe(edges.length);
  });

  it('shares the way of edges that leave one node, or that lead to one', () => {
    const from = layoutOf(graph({ a: '', b: 'a', c: 'b', d: 'ac', e: 'ad' }));
    expect(from.bends).toBe(3 - 1 + 1);
    const to = layoutOf(graph({ a: '', b: 'a', c: 'b', d: 'c', e: 'abcd' }));
    expect(to.bends).toBe(3);
  });

  it('leads edges past nodes in a small graph, however many are long', () => {
    const count = 40;
    const far = Array.from({ length: count }, (_, n) => [n - 1, n - 10].filter((one) => one >= 0));
    const { legs, x } = layoutOf(far);
    const layer = (x[1] ?? 0) - (x[0] ?? 0);
    expect(legs.filter(({ x1, x2 }) => x2 - x1 > layer)).toEqual([]);
  });

  it('tells of a trunk what is true of all that run along it', () => {
    // Both long edges of the first are loose, and one of the second.
    const tasks = graph({ a: '', b: 'a', c: 'b', d: 'ac', e: 'ad' });
    const looks = (isLoose: (from: number, to: number) => boolean, to: number) => {
      const laid = layoutOf(tasks, isLoose);
      const long = laid.edges.findIndex((edge) => edge.from === 0 && edge.to === to);
      return wayOf(laid, long).map((leg) => leg.isLoose);
    };
    expect(new Set(looks((from) => from === 0, 3))).toEqual(new Set([true]));
    expect(looks((from, to) => from === 0 && to === 3, 3)).toEqual([true, false, false]);
    const one = layoutOf(graph({ a: '', b: 'a', c: 'b', d: 'ac' }));
    const way = wayOf(
      one,
      one.edges.findIndex(({ from, to }) => from === 0 && to === 3),
    );
    expect(way.map(({ to }) => to)).toEqual([3, 3, 3]);
  });

  it('stands single tasks in lines below what is joined', () => {
    const laid = layoutOf([[], [0], ...Array.from({ length: 30 }, () => [])]);
    expect(covered(laid)).toBe(0);
    expect(Math.min(...laid.y.slice(2))).toBeGreaterThan(NODE.height);
    expect(new Set(laid.x).size).toBeGreaterThan(3);
    expect(laid.width).toBeGreaterThan(laid.height);
    expect(layoutOf([])).toMatchObject({ width: 0, height: 0, edges: [] });
  });

  it('makes so many bends for ten thousand tasks and no more', () => {
    const count = 10_000;
    const last = chain(count);
    last[count - 1] = Array.from({ length: count - 1 }, (_, n) => n);
    const all = [
      chain(count),
      last,
      // Each with one far before it: more bends than there is room for.
      Array.from({ length: count }, (_, n) => (n > 0 ? [n - 1, Math.floor(n / 2)] : [])),
      Array.from({ length: count }, (_, n) => (n > 0 ? [0] : [])),
      random(count, 3),
    ];
    for (const tasks of all) {
      const { bends, edges, x } = layoutOf(tasks);
      expect(bends).toBeLessThanOrEqual(4 * count);
      expect(edges.length).toBeGreaterThanOrEqual(count / 2);
      expect(x.every(Number.isFinite)).toBe(true);
    }
  }, 60_000);
});
