export interface Decimal {
  value: bigint;
  decimals: number;
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * Reads what `formatUnits` writes, with all its decimals: `150.20` has two. undefined where the text is no plain decimal of at
 * most `digitsMax` digits. (`parseDecimal` of market reads what venues write: it drops trailing zeros, and refuses sums.)
 */
export function parseDecimalText(text: string, digitsMax: number): Decimal | undefined {
  if (text.length > digitsMax + 2) return undefined;
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction = ''] = match;
  const digits = BigInt(`${whole}${fraction}`);
  return { value: sign === '-' ? -digits : digits, decimals: fraction.length };
}
