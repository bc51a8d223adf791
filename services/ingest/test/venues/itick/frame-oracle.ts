/**
 * What a frame says, by the venue's documented format alone: slow, and made without any of the code under test. Numbers
 * become texts in their shortest plain form, so that two writings of one number are equal and no double is in between.
 */
export type Said =
  | { kind: 'trade'; name: string; price: string; size: string; timeMs: string; side: string; session: string }
  | { kind: 'quote'; name: string; values: Record<string, string>; timeMs: string; status: string }
  | { kind: 'depth'; name: string; bids: string[]; asks: string[] }
  | { kind: 'bar'; name: string; interval: string; values: Record<string, string>; startMs: string }
  /** An answer, a greeting, a bar of an interval that nobody keeps: no market data. */
  | { kind: 'other' }
  | { kind: 'wrong' };

const WRONG: Said = { kind: 'wrong' };

class Wrong extends Error {}
const fail = (): never => {
  throw new Wrong();
};

/** A number's text, as the reviver of JSON.parse gives it. */
class Digits {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Json = { [key: string]: unknown };

export function readFrame(bytes: Uint8Array, instruments: readonly string[]): Said {
  const text = Buffer.from(bytes).toString('utf8');
  try {
    if (hasDoubledKey(text)) return WRONG;
    const frame = JSON.parse(text, ((_key: string, value: unknown, context: { source?: string }) =>
      typeof value === 'number' ? new Digits(context.source!) : value) as (key: string, value: unknown) => unknown);
    if (!isObject(frame)) return WRONG;
    return read(frame, instruments);
  } catch (error) {
    if (error instanceof Wrong || error instanceof SyntaxError) return WRONG;
    throw error;
  }
}

function read(frame: Json, instruments: readonly string[]): Said {
  if ('resAc' in frame) {
    if (typeof frame.resAc !== 'string') return WRONG;
    if (frame.resAc !== 'pong') {
      whole(frame.code);
      return { kind: 'other' };
    }
    const params = isObject(frame.data) ? frame.data.params : undefined;
    return typeof params === 'string' || params instanceof Digits ? { kind: 'other' } : WRONG;
  }
  if ('s' in frame) return market(frame, instruments);
  const code = 'code' in frame ? whole(frame.code) : undefined;
  if (isObject(frame.data)) {
    if (code !== undefined && code !== '0' && code !== '1') return WRONG;
    // Code 0 is an error with a message; the oldest k-lines have code 0 and none.
    if (code === '0' && typeof frame.msg === 'string' && frame.msg !== '') return { kind: 'other' };
    return market(frame.data, instruments);
  }
  return code !== undefined && typeof frame.msg === 'string' ? { kind: 'other' } : WRONG;
}

const INTERVALS: Record<string, string> = { '1': '1m', '2': '5m', '3': '15m', '4': '30m', '5': '1h', '8': '1d' };
const TEXT_INTERVALS: Record<string, string> = {
  '1m': '1m',
  '5m': '5m',
  '15m': '15m',
  '30m': '30m',
  '1h': '1h',
  '1d': '1d',
};

function market(data: Json, instruments: readonly string[]): Said {
  if (typeof data.s !== 'string' || !(data.r === undefined || data.r === null || typeof data.r === 'string'))
    return WRONG;
  if (isObject(data.k) && !('type' in data)) {
    const period = whole(data.t);
    if (!/^([1-9]|10)$/.test(period)) return WRONG;
    const name = instrumentOf(data.s, data.r ?? undefined, instruments);
    // There 3 was ten minutes.
    const interval = period === '3' ? undefined : INTERVALS[period];
    return interval === undefined ? { kind: 'other' } : bar(data.k, name, interval);
  }
  const { type } = data;
  if (typeof type !== 'string') return WRONG;
  const period = type.startsWith('kline@') ? type.slice(6) : undefined;
  if (period === undefined && type !== 'tick' && type !== 'quote' && type !== 'depth') return WRONG;
  if (period !== undefined && !/^([1-9]|10|1m|5m|15m|30m|1h|2h|4h|1d|1w|1M)$/.test(period)) return WRONG;
  const name = instrumentOf(data.s, data.r ?? undefined, instruments);
  if (period !== undefined) {
    const interval = INTERVALS[period] ?? TEXT_INTERVALS[period];
    return interval === undefined ? { kind: 'other' } : bar(data, name, interval);
  }
  switch (type) {
    case 'tick':
      return {
        kind: 'trade',
        name,
        price: above0(number(data.ld)),
        size: from0(number(data.v)),
        timeMs: whole(data.t),
        side: given(data.d) ? ({ '1': 'sell', '2': 'buy' }[whole(data.d)] ?? 'none') : 'none',
        session: given(data.te) ? whole(data.te) : '0',
      };
    case 'quote': {
      const values: Record<string, string> = {};
      for (const key of ['ld', 'o', 'h', 'l', 'p']) {
        // Before the first trade of a day its prices are 0, which is: not known.
        if (given(data[key]) && number(data[key]) !== '0') values[key] = above0(number(data[key]));
      }
      if (!given(data.ld)) return WRONG;
      for (const key of ['v', 'tu']) if (given(data[key])) values[key] = number(data[key]);
      if (values.v !== undefined) from0(values.v);
      return { kind: 'quote', name, values, timeMs: whole(data.t), status: given(data.ts) ? whole(data.ts) : 'none' };
    }
    default:
      if (given(data.t)) whole(data.t);
      return { kind: 'depth', name, bids: levels(data.b, -1), asks: levels(data.a, 1) };
  }
}

function bar(data: Json, name: string, interval: string): Said {
  const values: Record<string, string> = {};
  for (const key of ['o', 'h', 'l', 'c']) values[key] = above0(number(data[key]));
  values.v = from0(number(data.v));
  if (given(data.tu)) values.tu = number(data.tu);
  const startMs = whole(data.t);
  return startMs === '0' ? WRONG : { kind: 'bar', name, interval, values, startMs };
}

/** `price x size`, best first; without the places left empty (price and size 0). */
function levels(value: unknown, direction: number): string[] {
  if (!Array.isArray(value)) return fail();
  const said = (value as unknown[]).map((level) => {
    if (!isObject(level)) return fail();
    const size = from0(number(level.v));
    const price = number(level.p);
    return { price: price === '0' && size === '0' ? undefined : above0(price), size };
  });
  const full = said.filter(({ price }) => price !== undefined) as { price: string; size: string }[];
  if (new Set(full.map(({ price }) => price)).size < full.length) return fail();
  return full.sort((a, b) => compare(a.price, b.price) * direction).map(({ price, size }) => `${price} x ${size}`);
}

const given = (value: unknown): boolean => value !== undefined && value !== null;

function instrumentOf(symbol: string, region: string | undefined, instruments: readonly string[]): string {
  const plain = (text: string): string => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
  const symbols = plain(symbol).replaceAll('_', '');
  const found = instruments.filter((instrument) => {
    const [name = '', of = ''] = instrument.split('$');
    const spelled = [name, `${name}$${of}`, `${name}.${of}`].includes(symbols);
    return spelled && (region === undefined || plain(region) === of);
  });
  return found.length === 1 ? found[0]! : fail();
}

/** The shortest plain form of a number or of a number written as text. */
function number(value: unknown): string {
  const text = value instanceof Digits ? value.text : typeof value === 'string' ? value : fail();
  return plainNumber(text) ?? fail();
}

export function plainNumber(text: string): string | undefined {
  const match = /^(-?)(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = ''] = match;
  const shift = exponent === '' ? 0 : Number(exponent.slice(1));
  // What no market has: further from 1 than 100 digits.
  if (Math.abs(shift) > 100) return /[1-9]/.test(whole + fraction) ? undefined : '0';
  const digits = whole + fraction.slice(1);
  const point = whole.length + shift;
  const left = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '';
  const right = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
  const result = `${left.replace(/^0+/, '') || '0'}.${right}`.replace(/\.?0*$/, '');
  return result === '0' || result === '' ? '0' : sign + result;
}

function whole(value: unknown): string {
  const text = number(value);
  return /^\d+$/.test(text) ? text : fail();
}
const above0 = (text: string): string => (text === '0' || text.startsWith('-') ? fail() : text);
const from0 = (text: string): string => (text.startsWith('-') ? fail() : text);

/** Of positive numbers in their shortest form. */
function compare(a: string, b: string): number {
  const [left = '', leftFraction = ''] = a.split('.');
  const [right = '', rightFraction = ''] = b.split('.');
  if (left.length !== right.length) return left.length - right.length;
  if (left !== right) return left < right ? -1 : 1;
  return leftFraction < rightFraction ? -1 : leftFraction > rightFraction ? 1 : 0;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Digits);

/** A key twice in one object: JSON.parse would take the last one without a word. */
function hasDoubledKey(text: string): boolean {
  const open: (Set<string> | undefined)[] = [];
  for (const [token, key] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (key !== undefined) {
      const keys = open.at(-1);
      const name = unescaped(key);
      if (keys?.has(name)) return true;
      keys?.add(name);
    } else if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
  }
  return false;
}

function unescaped(key: string): string {
  try {
    return JSON.parse(key) as string;
  } catch {
    return key;
  }
}
