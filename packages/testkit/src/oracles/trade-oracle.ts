export interface TradeFaults {
  /** Ids that never came. */
  readonly missing: readonly string[];
  /** Ids that came again. */
  readonly doubled: readonly string[];
  /** Ids that came although nobody traded them. */
  readonly unknown: readonly string[];
  /** Ids that came after one that trades later. */
  readonly outOfOrder: readonly string[];
}

/** Compares the trade ids that arrived with those of the venue: each once, in its order. */
export function tradeOracle(expected: Iterable<string | number>, arrived: Iterable<string | number>): TradeFaults {
  const placeOf = new Map<string, number>();
  for (const id of expected) placeOf.set(String(id), placeOf.size);
  const seen = new Set<string>();
  const doubled: string[] = [];
  const unknown: string[] = [];
  const outOfOrder: string[] = [];
  let furthest = -1;
  for (const each of arrived) {
    const id = String(each);
    const place = placeOf.get(id);
    if (place === undefined) {
      unknown.push(id);
      continue;
    }
    if (seen.has(id)) doubled.push(id);
    else if (place < furthest) outOfOrder.push(id);
    seen.add(id);
    furthest = Math.max(furthest, place);
  }
  return { missing: [...placeOf.keys()].filter((id) => !seen.has(id)), doubled, unknown, outOfOrder };
}

/** Places where ids are not one after the other: `[before, after]`. */
export function idJumps(ids: Iterable<number>): [number, number][] {
  const jumps: [number, number][] = [];
  let last: number | undefined;
  for (const id of ids) {
    if (last !== undefined && id !== last + 1) jumps.push([last, id]);
    last = id;
  }
  return jumps;
}
