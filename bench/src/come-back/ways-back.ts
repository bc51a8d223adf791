import type { Trail } from './returning.ts';

/** ms since the kill at which clients were where; and how long the last try of each took. */
export function waysBack(trails: readonly Trail[], killedMs: number): Record<string, unknown> {
  const since = (name: keyof Trail): Record<string, number> =>
    percentiles(
      name,
      trails.map((trail) => trail[name] - killedMs),
    );
  return {
    clients: trails.length,
    ...since('closed'),
    ...since('tried'),
    ...since('greeted'),
    ...since('answered'),
    ...since('served'),
    ...percentiles(
      'ofTry',
      trails.map(({ tried, served }) => served - tried),
    ),
    within5s: trails.filter(({ served }) => served - killedMs <= 5_000).length,
    moreThanOneTry: trails.filter(({ tries }) => tries > 1).length,
  };
}

function percentiles(name: string, values: readonly number[]): Record<string, number> {
  const sorted = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort();
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
  return { [`${name}P50Ms`]: at(0.5), [`${name}P99Ms`]: at(0.99), [`${name}MaxMs`]: at(1) };
}
