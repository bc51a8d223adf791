/** A measured point: what it cost, and how much of each thing that costs there was. */
export interface Point {
  costUs: number;
  amounts: readonly number[];
}

/** Rounds in which what comes out below nothing is left out. */
const ROUNDS_MAX = 8;

/**
 * What one of each thing costs: least squares over the points, each weighed by its own cost so that small points count as much
 * as large ones. Nothing costs less than nothing.
 */
export function lawOf(points: readonly Point[]): number[] {
  const count = points[0]?.amounts.length ?? 0;
  let free = Array.from({ length: count }, (_, i) => i);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const solved = solve(normalEquations(points, free));
    const below = free.filter((_, i) => (solved[i] as number) < 0);
    if (below.length === 0) {
      const law = new Array<number>(count).fill(0);
      for (const [i, at] of free.entries()) law[at] = solved[i] as number;
      return law;
    }
    free = free.filter((at) => !below.includes(at));
  }
  throw new Error('no law was found');
}

export const costOf = (law: readonly number[], amounts: readonly number[]): number =>
  law.reduce((sum, each, i) => sum + each * (amounts[i] as number), 0);

function normalEquations(points: readonly Point[], free: readonly number[]): number[][] {
  return free.map((row) => {
    const left = free.map((column) =>
      points.reduce(
        (sum, { costUs, amounts }) => sum + ((amounts[row] as number) * (amounts[column] as number)) / costUs ** 2,
        0,
      ),
    );
    const right = points.reduce((sum, { costUs, amounts }) => sum + (amounts[row] as number) / costUs, 0);
    return [...left, right];
  });
}

/** Gauss with the largest pivot; `rows` have the right side last. */
function solve(rows: number[][]): number[] {
  const size = rows.length;
  for (let at = 0; at < size; at++) {
    let best = at;
    for (let row = at + 1; row < size; row++)
      if (Math.abs(rows[row]?.[at] as number) > Math.abs(rows[best]?.[at] as number)) best = row;
    [rows[at], rows[best]] = [rows[best] as number[], rows[at] as number[]];
    const pivot = rows[at] as number[];
    for (let row = 0; row < size; row++) {
      if (row === at) continue;
      const factor = (rows[row]?.[at] as number) / (pivot[at] as number);
      for (let column = at; column <= size; column++)
        (rows[row] as number[])[column] = (rows[row]?.[column] as number) - factor * (pivot[column] as number);
    }
  }
  return rows.map((row, i) => (row[size] as number) / (row[i] as number));
}
