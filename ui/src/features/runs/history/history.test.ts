import { describe, expect, it } from 'vitest';
import { bandsOf, clockTicks, plainScale } from '@/components/timeline';
import type { RunChunk, RunRowsRow, RunWindowRow } from '@/ipc';
import { dayWord, midnightsOf, weeksOf } from './days';
import { fitting, linesOf, wantedOf } from './groups';
import { joined, lookOf, markAt, marksOf, statusesOf } from './marks';
import { historySearch } from './search';
import { closer, LENGTHS, moved, seenOf, wishOf } from './window';
import { countWords, lineWords, markWords } from './words';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = new Date(2026, 10, 21, 11, 30).getTime();

function chunk(from: number, to: number, counts: Partial<RunChunk> = {}): RunChunk {
  const none = { failed: 0, cancelled: 0, open: 0, waiting: 0 };
  return { from, to, made_until: from + 1, runs: 1, ...none, ...counts };
}

function row(told: Partial<RunWindowRow>): RunWindowRow {
  const counts = { made: 0, succeeded: 0, failed: 0, cancelled: 0 };
  return { workflow_id: 'w', ...counts, chunks: [], ...told };
}

/** A pixel is a second. */
const scale = plainScale(1_000_000, 1000);
const marks = (told: Partial<RunWindowRow>) => marksOf(row(told), NOW, scale, NOW);

describe('what is seen', () => {
  it('goes along with the time in steps, with a fifth of it still to come', () => {
    const seen = seenOf({}, NOW, undefined);
    expect(seen.until - seen.since).toBe(LENGTHS.day * 1.2);
    expect(seen.until - NOW).toBeGreaterThanOrEqual(LENGTHS.day * 0.2);
    expect(seenOf({}, NOW + 1000, undefined)).toEqual(seen);
    expect(wishOf(seen, NOW)).toEqual({ span: undefined, end: undefined });
  });

  it('is all there is, from the first run on', () => {
    const seen = seenOf({ span: 'all' }, NOW, NOW - 100 * DAY);
    expect(seen.since).toBeLessThan(NOW - 100 * DAY);
    expect(seen.until).toBeGreaterThan(NOW);
    expect(seenOf({ span: 'all' }, NOW, undefined).until).toBeGreaterThan(NOW);
  });

  it('comes closer around a moment, and stays within what can be shown', () => {
    const seen = { since: NOW - DAY, until: NOW };
    const at = NOW - 6 * HOUR;
    const next = closer(seen, 2, at);
    expect(next.until - next.since).toBeCloseTo(DAY / 2);
    expect((at - next.since) / (DAY / 2)).toBeCloseTo(18 / 24);
    const closest = closer(seen, 1e9, at);
    expect(closest.until - closest.since).toBe(12 * 60_000);
    expect(historySearch({ span: wishOf(closest, NOW).span }).span).toBe(600_000);
    const widest = closer(seen, 1e-9, at);
    expect(historySearch({ span: wishOf(widest, NOW).span }).span).toBeGreaterThan(1000 * DAY);
  });

  it('is found again from the address', () => {
    const earlier = moved(seenOf({ span: LENGTHS.week }, NOW, undefined), -2);
    const wish = wishOf(earlier, NOW);
    const again = seenOf(historySearch({ ...wish }), NOW, undefined);
    expect(again.since).toBeCloseTo(earlier.since, -1);
    expect(again.until).toBeCloseTo(earlier.until, -1);
    expect(seenOf(wish, NOW + DAY, undefined)).toEqual(again);
  });

  it('takes nothing from an address that it cannot show', () => {
    for (const wrong of [
      { view: 'x', span: 5, end: 'soon', year: 20 },
      { span: 'much' },
      { span: -1 },
    ])
      expect(Object.values(historySearch(wrong)).filter(Boolean)).toEqual([]);
  });
});

describe('boxes', () => {
  it('are wide enough to be seen and hit, and tell what they are of without colour', () => {
    const [one, failed, waits, runs, many] = marks({
      chunks: [
        chunk(10_000, 10_500),
        chunk(50_000, 90_000, { failed: 1 }),
        chunk(700_000, 800_000, { runs: 5, cancelled: 5 }),
      ],
      open: [
        chunk(200_000, 400_000, { open: 1, waiting: 1 }),
        chunk(500_000, 600_000, { open: 1 }),
      ],
    });
    expect(one).toMatchObject({ left: 10, width: 4 });
    expect([failed, waits, runs, many].map((mark) => mark && lookOf(mark))).toEqual([
      { tone: 'fail', shape: 'solid' },
      { tone: 'wait', shape: 'hatched' },
      { tone: 'run', shape: 'solid' },
      { tone: 'off', shape: 'solid' },
    ]);
  });

  it('show where one of many failed, and none where all did', () => {
    const failures = [
      chunk(500_000, 500_000, { failed: 1 }),
      chunk(950_000, 950_000, { failed: 1 }),
    ];
    const found = marks({
      chunks: [chunk(0, 900_000, { runs: 300, failed: 1 }), chunk(950_000, 960_000, { failed: 1 })],
      failures,
    });
    const signs = found.filter(({ kind }) => kind === 'failures');
    expect(signs).toMatchObject([{ left: 495, width: 10, failed: 1 }]);
    // The sign is meant before what it stands on, and what it stands on beside it.
    expect(found[markAt(found, 503) ?? -1]?.kind).toBe('failures');
    expect(found[markAt(found, 300) ?? -1]?.runs).toBe(300);
    expect(markAt(found, 925)).toBeNull();
  });

  it('lie over what has not ended, and are meant before it', () => {
    const found = marks({
      chunks: [chunk(500_000, 510_000)],
      open: [chunk(100_000, 900_000, { open: 1, waiting: 1 })],
    });
    expect([505, 300, 600].map((x) => found[markAt(found, x) ?? -1]?.kind)).toEqual([
      'chunk',
      'open',
      'open',
    ]);
  });

  it('of more times than are told have no end', () => {
    const planned = Array.from({ length: 100 }, (_, n) => ({ at: n * 1000 }));
    expect(marks({ planned })).toMatchObject([{ runs: 100, isMore: true }]);
    expect(marks({ planned })[0]?.width).toBeGreaterThan(1000);
    expect(marks({ planned: planned.slice(1) })[0]?.isMore).toBeUndefined();
  });

  it('of a group go on where one row of it does, and are known no longer than that', () => {
    const often = Array.from({ length: 100 }, (_, n) => ({ at: n * 1000 }));
    const group = joined([row({ planned: often }), row({ planned: [{ at: 900_000 }] })]);
    expect(marks(group)).toMatchObject([{ runs: 100, isMore: true }]);
    const few = often.slice(0, 60);
    const [box] = marks(joined([row({ planned: few }), row({ planned: few })]));
    expect(box).toMatchObject({ runs: 120 });
    expect(box?.isMore).toBeUndefined();
  });

  it('of a group keep what waits apart from what is at work', () => {
    const waits = row({ open: [chunk(0, 500_000, { open: 1, waiting: 1 })] });
    const found = marks(joined([waits, row({ open: [chunk(100_000, 500_000, { open: 1 })] })]));
    expect(found.map((mark) => lookOf(mark).tone)).toEqual(['wait', 'run']);
    const paused = row({ open: [chunk(0, 500_000, { open: 1, paused: 1 })] });
    const both = marks(joined([paused, row({ open: [chunk(100_000, 500_000, { open: 1 })] })]));
    expect(both.map((mark) => lookOf(mark).shape)).toEqual(['barred', 'solid']);
    expect(both.map((mark) => statusesOf(mark, undefined))).toEqual([
      ['paused'],
      ['queued', 'running'],
    ]);
  });

  it('are one where they would lie over one another', () => {
    const planned = [0, 3, 6, 100].map((minute) => ({ at: minute * 1000 + 500_000 }));
    expect(marks({ planned }).map(({ runs }) => runs)).toEqual([3, 1]);
  });

  it('that are too narrow to lie beside one another are one, which tells all that is in it', () => {
    // At 24 h: a failure, a success, two cancelled and two paused within some pixels.
    const told = row({
      chunks: [
        chunk(500_000, 502_000, { failed: 1 }),
        chunk(504_000, 505_000),
        chunk(507_000, 509_000, { runs: 3, cancelled: 2 }),
      ],
      open: [chunk(506_000, 511_000, { runs: 2, open: 2, paused: 2, made_until: 508_000 })],
      failures: [chunk(500_000, 500_000, { failed: 1 })],
    });
    const found = marksOf(told, NOW, scale, NOW, NOW + 511_000);
    expect(found).toMatchObject([{ kind: 'chunk', runs: 7, failed: 1, cancelled: 2, paused: 2 }]);
    const [box] = found;
    expect(box && lookOf(box).shape).toBe('mixed');
    expect(box && markWords(box)).toMatch(
      /^7 runs, 1 failed, 2 cancelled, 2 paused, 2 succeeded, /,
    );
    expect(box && box.left + box.width).toBeLessThanOrEqual(511);
    expect(box && statusesOf(box, undefined)).toEqual(
      expect.arrayContaining(['succeeded', 'failed', 'cancelled', 'paused']),
    );
    expect([500, 505, 510].map((x) => markAt(found, x))).toEqual([0, 0, 0]);
  });

  it('of what has not ended are one with what hides them, and apart where a piece is seen', () => {
    const chunks = [chunk(500_000, 600_000, { runs: 3, cancelled: 2 })];
    const paused = (from: number) =>
      marks({ chunks, open: [chunk(from, 601_000, { open: 1 })] }).map(({ runs }) => runs);
    expect(paused(499_000)).toEqual([4]);
    expect(paused(480_000)).toEqual([1, 3]);
  });

  it('tell what has not ended by its own status', () => {
    const given = row({
      open: [
        chunk(100_000, 900_000, { open: 1, paused: 1 }),
        chunk(300_000, 900_000, { open: 1 }),
        chunk(500_000, 900_000, { open: 1, waiting: 1, interrupted: 1 }),
        chunk(700_000, 900_000, { open: 1, queued: 1 }),
      ],
    });
    const found = marksOf(given, NOW, scale, NOW);
    const looks = found.map((mark) => Object.values(lookOf(mark)).join(' '));
    expect(looks).toEqual(['off barred', 'run solid', 'warn notched', 'off hatched']);
    expect(new Set(looks).size).toBe(4);
    expect(found.map((mark) => markWords(mark).split(', ')[1])).toEqual([
      ...['1 paused', '1 running', '1 interrupted', '1 queued'],
    ]);
  });

  it('end at now, and what is planned begins after it', () => {
    const told = row({ chunks: [chunk(499_500, 499_900)], planned: [{ at: 500_500 }] });
    const [ended, planned] = marksOf(told, NOW, scale, NOW, NOW + 500_000);
    expect(ended && ended.left + ended.width).toBeLessThanOrEqual(500);
    expect(planned?.left).toBeGreaterThan(500);
  });

  it('stay where they are while what is seen moves on', () => {
    const later = marksOf(row({ chunks: [chunk(300_000, 310_000)] }), NOW, scale, NOW + 100_000);
    expect(later).toMatchObject([{ left: 200, made: { since: NOW + 300_000 } }]);
    expect(marksOf(row({ chunks: [chunk(0, 1000)] }), NOW, scale, NOW + 100_000)).toEqual([]);
  });

  it('are said in words', () => {
    expect(countWords({ runs: 212, failed: 3, cancelled: 0, open: 2, waiting: 1 })).toBe(
      '212 runs, 3 failed, 1 waits for a person, 1 not ended',
    );
    expect(lineWords({ runs: 7, failed: 1, cancelled: 2, open: 3, waiting: 1, paused: 2 })).toBe(
      '7 runs, 1 failed, 2 cancelled, 2 paused, 1 waits for a person',
    );
    const [mark] = marks({ planned: [{ at: 5000, hindered: { code: 'schedule_paused' } }] });
    expect(mark && markWords(mark)).toMatch(/^planned for .*, will not start: paused$/);
  });
});

describe('lines', () => {
  const there = (id: string | null, name: string, type?: string): RunRowsRow => ({
    workflow_id: id,
    workflow_name: name,
    ...(type && { workflow_type: type }),
  });
  const compare = new Intl.Collator('en').compare;
  const rows = [
    there(null, ''),
    there('b', 'Zeta'),
    there('a', 'Alpha', 'report'),
    there('c', 'Beta', 'report'),
  ];

  it('are by name, those of no workflow last, and without types without heads', () => {
    const lines = linesOf(
      [there(null, ''), there('b', 'Zeta'), there('a', 'Alpha')],
      new Set(),
      compare,
    );
    expect(lines.map(({ key }) => key)).toEqual(['of-a', 'of-b', 'single']);
  });

  it('fold by type, and are drawn as one then', () => {
    expect(linesOf(rows, new Set(), compare).map(({ key }) => key)).toEqual([
      'type-report',
      'of-a',
      'of-c',
      'type-',
      'of-b',
      'single',
    ]);
    const folded = linesOf(rows, new Set(['report']), compare);
    expect(folded.map(({ key }) => key)).toEqual(['type-report', 'type-', 'of-b', 'single']);
    expect(wantedOf(folded)).toEqual(['a', 'c', 'b', null]);
    const one = joined([
      row({ made: 2, chunks: [chunk(0, 10), chunk(100, 200)] }),
      row({ made: 1, failed: 1, chunks: [chunk(5, 50, { failed: 1 })] }),
    ]);
    expect(one).toMatchObject({ made: 3, failed: 1 });
    expect(one.chunks).toMatchObject([{ from: 0, to: 50, runs: 2, failed: 1 }, { from: 100 }]);
  });

  it('are those that fit', () => {
    const lines = fitting(linesOf(rows, new Set(), compare), new Map([['c', 0]]));
    expect(lines).toMatchObject([{ key: 'type-report', ids: ['c'] }, { key: 'of-c' }]);
  });
});

describe('the axis', () => {
  it('has days over hours, months over days, years over months, each as long as it is seen', () => {
    const units = [DAY, 20 * DAY, 400 * DAY].map((span) => {
      const wide = plainScale(span, 1000);
      const bands = bandsOf(wide, NOW, clockTicks(wide, NOW).step);
      expect(bands[0]?.x).toBe(0);
      expect(bands.reduce((sum, band) => sum + band.width, 0)).toBeCloseTo(1000);
      return bands[0]?.unit;
    });
    expect(units).toEqual(['day', 'month', 'year']);
  });
});

describe('the calendar', () => {
  it('has every day of a year once, in weeks that begin on Mondays', () => {
    for (const year of [2024, 2026, 2027]) {
      const weeks = weeksOf(year);
      const days = weeks.flatMap((week) => week.days);
      expect(weeks.every(({ days: [first] }) => first?.getDay() === 1)).toBe(true);
      const words = days.map(dayWord).filter((word) => word.startsWith(`${year}`));
      expect(new Set(words).size).toBe(year === 2024 ? 366 : 365);
      expect(words.length).toBe(new Set(words).size);
      expect(weeks.filter(({ month }) => month).length).toBe(12);
      const midnights = midnightsOf(weeks);
      expect(midnights.length).toBe(days.length + 1);
      expect(midnights.length).toBeLessThanOrEqual(401);
      expect(midnights.every((midnight) => midnight.getHours() === 0)).toBe(true);
    }
  });
});
