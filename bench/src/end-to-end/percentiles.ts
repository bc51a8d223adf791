/** Nearest rank, in milliseconds. */
export interface Spread {
  count: number;
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Of a list of microseconds; NaN where it is empty. */
export function spreadOf(us: readonly number[]): Spread {
  const sorted = Float64Array.from(us).sort();
  const at = (share: number): number => toMs(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN);
  return { count: sorted.length, p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99), maxMs: at(1) };
}

const toMs = (us: number): number => Math.round(us / 10) / 100;

/** Unix microseconds. */
export function wallUs(): number {
  return (performance.timeOrigin + performance.now()) * 1_000;
}
