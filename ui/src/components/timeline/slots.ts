/**
 * Which of a few row elements shows which row. An element whose row goes out of sight is pointed at
 * one that comes into it, so that scrolling makes no elements; one that stays keeps its own.
 */
export class Slots {
  private slots = new Map<number, number>();

  /** A slot for each of these rows. */
  assign(rows: readonly number[]): ReadonlyMap<number, number> {
    const kept = new Map<number, number>();
    for (const row of rows) {
      const slot = this.slots.get(row);
      if (slot !== undefined) kept.set(row, slot);
    }
    const taken = new Set(kept.values());
    let next = 0;
    for (const row of rows) {
      if (kept.has(row)) continue;
      while (taken.has(next)) next += 1;
      kept.set(row, next);
      taken.add(next);
    }
    this.slots = kept;
    return kept;
  }
}
