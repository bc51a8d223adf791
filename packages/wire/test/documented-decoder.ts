import { INTERVAL_MS, type Interval } from '@tapecast/market';
import { type DataMessage, depthOf, intervalOf } from '../src/index.ts';

// A decoder written from docs/protocol.md alone, as one in another language would be: all numbers are bigints, nothing is
// fast, nothing of the package's own decoder is used.

type Fields = Record<string, bigint | undefined>;

export interface DocumentedState {
  readonly channel: string;
  position: number;
  fields: Fields;
  id: string;
  conditions: string[];
  final: boolean;
  bids: bigint[][];
  asks: bigint[][];
}

const QUOTE =
  'timestamp bidSize askSize bid ask last volume turnover high low open prevClose change changePct vwap'.split(' ');
const SAFE = 2n ** 53n - 1n;

/** The state that a whole message is. */
export function documentedState(message: DataMessage): DocumentedState {
  const position = message.range?.[1] ?? (message as { historySeq: number }).historySeq;
  const state: DocumentedState = {
    ...{ channel: message.channel, position, fields: { timestamp: BigInt(message.timestamp) }, id: '', conditions: [] },
    ...{ final: false, bids: [], asks: [] },
  };
  const take = (from: object): void => {
    for (const [name, value] of Object.entries(from))
      if (typeof value === 'number' || typeof value === 'bigint') state.fields[name] = BigInt(value);
  };
  if (message.type === 'quote') take(message.quote);
  else if (message.type === 'kline') {
    take(message.kline);
    state.final = message.kline.final;
  } else if (message.type === 'trade') {
    take(message.trade);
    state.fields.side = BigInt([undefined, 'buy', 'sell'].indexOf(message.trade.side));
    state.id = message.trade.id;
    state.conditions = [...message.trade.conditions];
  } else {
    const pairs = (levels: number[]) =>
      Array.from({ length: levels.length / 2 }, (_, i) => [BigInt(levels[2 * i]!), BigInt(levels[2 * i + 1]!)]);
    state.bids = pairs(message.bids);
    state.asks = pairs(message.asks);
  }
  return state;
}

/** Applies a list of differences; returns each state that a stream came to, in order. */
export function applyDocumented(
  list: readonly bigint[],
  streams: ReadonlyMap<number, DocumentedState>,
): DocumentedState[] {
  let at = 2; // After age and published.
  const next = (): bigint => list[at++]!;
  const signed = (): bigint => unzigzag(next());
  const reached: DocumentedState[] = [];
  while (at < list.length) {
    const head = next();
    const form = head % 2n === 1n ? next() : 2n;
    const state = streams.get(Number(head / 2n))!;
    if (Number(next()) !== (state.position + 1) % 128) throw new Error('the base is another');
    const each = form % 2n === 1n ? 1 : Number(form / 2n);
    for (let rest = form % 2n === 1n ? form / 2n : 1n; rest > 0n; rest--) {
      if (state.channel === 'trade') trade(state, next, signed);
      else if (state.channel === 'quote') quote(state, next, signed);
      else if (state.channel.startsWith('depth')) depth(state, next, signed);
      else kline(state, next, signed, BigInt(each));
      state.position += each;
      reached.push(structuredClone(state));
    }
  }
  return reached;
}

const unzigzag = (z: bigint): bigint => (z % 2n === 0n ? z / 2n : -(z + 1n) / 2n);

function step(size: bigint | undefined): bigint {
  if (size === undefined || size === 0n) return 1n;
  return [10_000n, 1_000n, 100n, 10n].find((power) => size % power === 0n) ?? 1n;
}

function S(code: bigint, by: bigint): bigint {
  if (by === 1n) return code;
  return code % 2n === 0n ? (code / 2n) * by : code / 2n;
}

function D(code: bigint, by: bigint): bigint {
  if (by === 1n) return unzigzag(code);
  return code % 2n === 0n ? unzigzag(code / 2n) * by : unzigzag(code / 2n);
}

/** numerator / denominator to the nearest integer, of two the even one. */
function halfEven(numerator: bigint, denominator: bigint): bigint {
  if (denominator < 0n) return halfEven(-numerator, -denominator);
  let below = numerator / denominator;
  if (below * denominator > numerator) below -= 1n;
  const twice = 2n * (numerator - below * denominator);
  return twice > denominator || (twice === denominator && below % 2n !== 0n) ? below + 1n : below;
}

function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

type Next = () => bigint;

function trade(state: DocumentedState, next: Next, signed: Next): void {
  const { fields } = state;
  const head = next();
  const size = next();
  fields.price = fields.price! + unzigzag(head / 4n);
  fields.size = S(size / 4n, step(fields.size));
  fields.side = size % 4n;
  if ((head / 2n) % 2n === 0n) fields.timestamp = fields.timestamp! + signed();
  const odd = head % 2n === 1n ? next() : 0n;
  const text = (): string => {
    const bytes = Uint8Array.from({ length: Number(next()) }, () => Number(next()));
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  };
  if (odd % 4n === 0n && state.id !== '') state.id = String(BigInt(state.id) + 1n);
  else if (odd % 4n === 1n) state.id = String(BigInt(state.id) + signed());
  else if (odd % 4n === 2n) state.id = text();
  else state.id = '';
  if (odd >= 4n) state.conditions = Array.from({ length: Number(next()) }, text);
}

function quote({ fields }: DocumentedState, next: Next, signed: Next): void {
  const base = { ...fields };
  const mask = next();
  const bit = (index: number): boolean => (mask >> BigInt(index)) % 2n === 1n;
  QUOTE.forEach((name, index) => {
    const expected = expectedOf(name, base, fields, bit);
    let difference = 0n;
    if (bit(index)) {
      if (name === 'bidSize' || name === 'askSize') difference = D(next(), step(base[name]));
      else if (name === 'volume') difference = D(next(), step(fields.bidSize));
      else difference = signed();
    }
    fields[name] = base[name] === undefined ? undefined : expected! + difference;
  });
}

function expectedOf(name: string, base: Fields, now: Fields, bit: (index: number) => boolean): bigint | undefined {
  const before = base[name];
  const safe = (value: bigint): bigint | undefined => (value <= SAFE && value >= -SAFE ? value : before);
  const { last, prevClose } = now;
  if (name === 'turnover' && last !== undefined && bit(6)) return (before ?? 0n) + last * (now.volume! - base.volume!);
  if (name === 'high' && bit(5) && before !== undefined) return larger(last!, before);
  if (name === 'low' && bit(5) && before !== undefined) return -larger(-last!, -before);
  if (name === 'change' && (bit(5) || bit(11)) && last !== undefined && prevClose !== undefined)
    return safe(last - prevClose);
  if (name === 'changePct' && (bit(11) || now.change !== base.change) && now.change !== undefined && prevClose)
    return safe(halfEven(now.change * 1_000_000n, prevClose < 0n ? -prevClose : prevClose));
  if (name === 'vwap' && (bit(6) || now.turnover !== base.turnover) && now.turnover !== undefined && now.volume)
    return halfEven(now.turnover * 10_000n, now.volume);
  return before;
}

function depth(state: DocumentedState, next: Next, signed: Next): void {
  state.fields.timestamp = state.fields.timestamp! + signed();
  for (const side of ['bids', 'asks'] as const) {
    const away = side === 'bids' ? -1n : 1n;
    const base = state[side];
    const made: bigint[][] = [];
    let i = 0;
    for (let rest = next(); rest > 0n; rest--) {
      const operation = next();
      for (let skip = operation / 4n; skip > 0n; skip--) made.push(base[i++]!);
      const kind = Number(operation % 4n);
      if (kind === 2) {
        const above = made.at(-1);
        let price: bigint;
        if (above !== undefined) price = above[0]! + away * next();
        else if (base[i] !== undefined) price = base[i]![0]! - away * next();
        else price = signed();
        made.push([price, S(next(), above === undefined ? 1n : step(above[1]))]);
        continue;
      }
      const [price, size] = base[i++] as [bigint, bigint];
      if (kind === 0) made.push([price, S(next(), step(size))]);
      if (kind === 3) made.push([price, size + D(next(), step(size))]);
    }
    state[side] = [...made, ...base.slice(i)].slice(0, depthOf(state.channel as never));
  }
}

function kline(state: DocumentedState, next: Next, signed: Next, covered: bigint): void {
  const { fields } = state;
  const mask = next();
  const value = (index: number): bigint => ((mask >> BigInt(index)) % 2n === 1n ? signed() : 0n);
  fields.timestamp = fields.timestamp! + signed();
  if (mask % 2n === 1n) {
    const interval = intervalOf(state.channel as never) as Interval;
    const unitMs = interval === '1d' ? 3_600_000 : INTERVAL_MS[interval];
    fields.startMs = fields.startMs! + BigInt(unitMs) * next();
    const open = fields.close! + signed();
    Object.assign(fields, {
      open,
      high: open,
      low: open,
      close: open,
      volume: 0n,
      turnover: 0n,
      trades: 0n,
      revision: 0n,
    });
    state.final = false;
  }
  fields.close = fields.close! + value(1);
  const added = value(2);
  fields.volume = fields.volume! + added;
  fields.high = larger(fields.high!, fields.close) + value(3);
  fields.low = -larger(-fields.low!, -fields.close) + value(4);
  fields.turnover = fields.turnover! + fields.close * added + value(5);
  fields.trades = fields.trades! + covered + value(6);
  if (mask >= 128n) state.final = true;
}
