/** Columns that a character takes: a Chinese one is as wide as two Latin letters. */
function widthOf(text: string): number {
  return [...text].reduce(
    (sum, one) => sum + (/\p{Script=Han}|[\uff00-\uff60]/u.test(one) ? 2 : 1),
    0,
  );
}

/**
 * As much of the end of a path as there is room for, by whole names: `…/configs/workflows/orders.yaml`. The last name
 * stays whatever it takes.
 */
export function shortPath(path: string, room: number): string {
  if (widthOf(path) <= room) return path;
  const separator = path.includes('\\') ? '\\' : '/';
  const [last = '', ...before] = path.split(separator).toReversed();
  let short = last;
  for (const name of before) {
    const longer = `${name}${separator}${short}`;
    if (widthOf(longer) + 2 > room) break;
    short = longer;
  }
  return `…${separator}${short}`;
}
