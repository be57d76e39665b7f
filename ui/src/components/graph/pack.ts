/** Boxes in lines, one below the other, as words stand on a page. */

export interface Box {
  width: number;
  height: number;
  /** Whether it stands after the others, so that these make lines of their own. */
  isSingle: boolean;
}

/** Between boxes of a line, and between lines. */
const BESIDE = 40;
const BELOW = 28;
/** How much wider than high all of it becomes, where the boxes let it. */
const SHAPE = 2.4;

/** Where each box stands, and how large all of it is. */
export function pack(boxes: readonly Box[]) {
  const area = boxes.reduce(
    (sum, { width, height }) => sum + (width + BESIDE) * (height + BELOW),
    0,
  );
  const least = boxes.reduce((most, { width }) => Math.max(most, width), 0);
  const room = Math.max(least, Math.sqrt(area * SHAPE));
  const order = boxes.map((_, n) => n);
  const rank = (n: number) => (boxes[n]?.isSingle ? 1 : 0);
  order.sort((a, b) => rank(a) - rank(b) || a - b);
  const places: { left: number; top: number }[] = boxes.map(() => ({ left: 0, top: 0 }));
  let [left, top, deep, width] = [0, 0, 0, 0];
  let isSingles = false;
  for (const n of order) {
    const box = boxes[n];
    if (!box) continue;
    const isBreak = box.isSingle && !isSingles;
    isSingles = box.isSingle;
    if (left > 0 && (isBreak || left + box.width > room)) {
      left = 0;
      top += deep + BELOW;
      deep = 0;
    }
    places[n] = { left, top };
    width = Math.max(width, left + box.width);
    deep = Math.max(deep, box.height);
    left += box.width + BESIDE;
  }
  return { places, width, height: top + deep };
}
