/**
 * Decimal text as an integer scaled by 10^decimals. Throws where the text is no plain decimal or needs more decimals: an oracle
 * is fed with what it must know exactly.
 */
export function scaled(text: string, decimals: number): bigint {
  const match = /^(-?\d+)(?:\.(\d*))?$/.exec(text);
  if (match === null) throw new Error(`"${text}" is no plain decimal`);
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) throw new Error(`"${text}" needs more than ${decimals} decimals`);
  return BigInt(match[1]! + fraction.padEnd(decimals, '0'));
}

/** numerator / denominator, a tie to the even neighbour. The denominator is positive. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  const quotient = magnitude / denominator;
  const twiceRest = (magnitude % denominator) * 2n;
  const up = twiceRest > denominator || (twiceRest === denominator && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}
