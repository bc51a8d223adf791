/**
 * A scaled integer written out with all its decimals: (1230, 8) is `0.00001230`, (15025, 2) is `150.25`. Exact for any
 * safe integer and any bigint: the text is made of the integer's own digits.
 */
export function decimalText(value: number | bigint, decimals: number): string {
  if (decimals === 0) return String(value);
  const negative = value < 0;
  let digits = String(negative ? -value : value);
  if (digits.length <= decimals) digits = digits.padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  const text = `${digits.slice(0, point)}.${digits.slice(point)}`;
  return negative ? `-${text}` : text;
}

export interface Decimal {
  value: bigint;
  decimals: number;
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** The reverse; undefined where the text is no plain decimal of at most `digitsMax` digits. */
export function parseDecimalText(text: string, digitsMax: number): Decimal | undefined {
  if (text.length > digitsMax + 2) return undefined;
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction = ''] = match;
  const digits = BigInt(`${whole}${fraction}`);
  return { value: sign === '-' ? -digits : digits, decimals: fraction.length };
}
