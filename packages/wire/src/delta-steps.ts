// Sizes move in lots that their decimals don't tell: by the hundred at a stock exchange, by ten where the venue has one
// decimal less. Both ends know the size before, and count in its powers of ten.

/** The largest of 1, 10, 100, 1,000 and 10,000 that divides a size; 1 of none and of 0. */
export function stepOf(size: number | undefined): number {
  if (size === undefined || size === 0 || size % 10 !== 0) return 1;
  if (size % 100 !== 0) return 10;
  if (size % 1_000 !== 0) return 100;
  return size % 10_000 !== 0 ? 1_000 : 10_000;
}

/** A size of at least 0: in steps where it is a multiple, and a bit that says so. Without steps it is itself. */
export function stepped(size: number, step: number): number {
  if (step === 1) return size;
  return size % step === 0 ? (size / step) * 2 : size * 2 + 1;
}

export function unstepped(code: number, step: number): number {
  if (step === 1) return code;
  return code % 2 === 0 ? (code / 2) * step : (code - 1) / 2;
}

/** The same of a difference, which may be negative. */
export function steppedDifference(difference: number, step: number): number {
  if (step === 1) return fold(difference);
  return difference % step === 0 ? fold(difference / step) * 2 : fold(difference) * 2 + 1;
}

export function unsteppedDifference(code: number, step: number): number {
  if (step === 1) return unfold(code);
  return code % 2 === 0 ? unfold(code / 2) * step : unfold((code - 1) / 2);
}

function fold(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unfold(folded: number): number {
  return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
}
