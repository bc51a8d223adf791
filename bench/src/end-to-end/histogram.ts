import type { Spread } from './percentiles.ts';

/** Counts of a Prometheus histogram by the upper bound of their bucket in seconds, not summed up. */
export type Buckets = ReadonlyMap<number, number>;

/** The histogram `name` in a text of `/metrics`, all its label sets together. */
export function bucketsOf(text: string, name: string): Buckets {
  const bySeries = new Map<string, [bound: number, summed: number][]>();
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${name}_bucket{`)) continue;
    const bound = /le="([^"]+)"/.exec(line)?.[1] ?? '';
    const series = line.slice(0, line.lastIndexOf(' ')).replace(/le="[^"]+"/, '');
    const list = bySeries.get(series) ?? [];
    bySeries.set(series, list);
    list.push([bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound), Number(line.slice(line.lastIndexOf(' ')))]);
  }
  const buckets = new Map<number, number>();
  for (const list of bySeries.values()) {
    list.sort((a, b) => a[0] - b[0]);
    let before = 0;
    for (const [bound, summed] of list) {
      buckets.set(bound, (buckets.get(bound) ?? 0) + summed - before);
      before = summed;
    }
  }
  return buckets;
}

/** What came between two looks at several processes. */
export function grownBy(before: readonly Buckets[], after: readonly Buckets[]): Buckets {
  const grown = new Map<number, number>();
  const add = (buckets: Buckets, sign: 1 | -1): void => {
    for (const [bound, count] of buckets) grown.set(bound, (grown.get(bound) ?? 0) + sign * count);
  };
  for (const buckets of before) add(buckets, -1);
  for (const buckets of after) add(buckets, 1);
  return grown;
}

/** Percentiles, taken as evenly spread inside their bucket; the maximum is its bucket's upper bound. */
export function spreadOfBuckets(buckets: Buckets): Spread {
  const sorted = [...buckets].sort((a, b) => a[0] - b[0]);
  const count = sorted.reduce((sum, [, inside]) => sum + inside, 0);
  const at = (share: number): number => {
    let below = 0;
    let lower = 0;
    for (const [bound, inside] of sorted) {
      if (inside > 0 && below + inside >= count * share) {
        if (!Number.isFinite(bound)) return Number.POSITIVE_INFINITY;
        return toMs(lower + ((bound - lower) * (count * share - below)) / inside);
      }
      below += inside;
      lower = bound;
    }
    return Number.NaN;
  };
  return { count, p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99), maxMs: at(1) };
}

const toMs = (seconds: number): number => Math.round(seconds * 100_000) / 100;
