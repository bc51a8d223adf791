import { type Channel, INTERVAL_MS, type QuoteFields } from '@tapecast/market';
import fc from 'fast-check';
import {
  type DataMessage,
  type DepthMessage,
  depthOf,
  intervalOf,
  type KlineMessage,
  type QuoteMessage,
  type TradeMessage,
} from '../src/index.ts';

// Random lives of one (symbol, channel): each step makes the next whole state from the last one, by the definition of the
// channel alone.

export const SYMBOL = 'AAPL$US';

/** What a step needs: fast-check shrinks it, and the same dice give the same life. */
export interface Dice {
  kind: number;
  a: number;
  b: number;
  c: number;
  small: number;
  covers: number;
  text: string;
}

const value = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: -40, max: 40 }) },
  { weight: 4, arbitrary: fc.integer({ min: -1_000_000, max: 1_000_000 }) },
  { weight: 1, arbitrary: fc.maxSafeInteger() },
  { weight: 1, arbitrary: fc.constantFrom(0, 2 ** 31, -(2 ** 31), 2 ** 50 - 1, 2 ** 50, -(2 ** 50), 2 ** 53 - 1) },
);

export const dice: fc.Arbitrary<Dice> = fc.record({
  kind: fc.nat(99),
  a: value,
  b: value,
  c: value,
  small: fc.nat(200),
  covers: fc.oneof(
    { weight: 5, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 300 }) },
  ),
  text: fc.oneof(
    fc.constantFrom('', '@', 'F', '7', '00', '999999999999999'),
    fc.string({ unit: 'grapheme', maxLength: 5 }),
  ),
});

export const CHANNELS_TOLD: readonly Channel[] = [
  'trade',
  'quote',
  'depth@5',
  'depth@20',
  'depth@50',
  'kline@1m',
  'kline@1h',
  'kline@1d',
];

/** The state after this step; `last` is undefined at first. Never changes `last`. */
export function nextMessage(channel: Channel, last: DataMessage | undefined, throwOf: Dice): DataMessage {
  const cut = depthOf(channel);
  const interval = intervalOf(channel);
  if (channel === 'trade') return nextTrade(last as TradeMessage | undefined, throwOf);
  if (channel === 'quote') return nextQuote(last as QuoteMessage | undefined, throwOf);
  if (cut !== undefined) return nextDepth(channel, cut, last as DepthMessage | undefined, throwOf);
  if (interval !== undefined) return nextKline(channel, interval, last as KlineMessage | undefined, throwOf);
  throw new Error(`no life of ${channel}`);
}

const SAFE = Number.MAX_SAFE_INTEGER;
/** A fold refuses what would take a sum out of what the wire carries. */
const fits = (sum: bigint): boolean => sum < 2n ** 104n && sum > -(2n ** 104n);
/** Sizes come in lots at many venues, which their differences are told in. */
const sized = (size: number, kind: number): number =>
  kind % 3 === 0 ? Math.abs(size % 1_000_000) * 10 ** (kind % 5) : Math.abs(size);
const within = (number: number, low = -SAFE): number => Math.max(low, Math.min(SAFE, number));

function head(last: DataMessage | undefined, { kind, a, small, covers }: Dice) {
  const told = last?.range?.[1] ?? 0;
  const raised = kind === 99 ? 1 : 0;
  return {
    symbol: SYMBOL,
    range: [told + 1, told + covers] as [number, number],
    priceDecimals: Math.min(18, (last?.priceDecimals ?? 2) + raised),
    sizeDecimals: last?.sizeDecimals ?? 0,
    timestamp: within((last?.timestamp ?? 1_731_689_400_000) + (kind % 7 === 0 ? a : small), 0),
  };
}

function nextTrade(last: TradeMessage | undefined, throwOf: Dice): TradeMessage {
  const { kind, a, b, text, small } = throwOf;
  const id = last?.trade.id ?? (kind % 2 === 0 ? '' : '41');
  const counted = /^(0|[1-9]\d*)$/.test(id) ? String(BigInt(id) + (small < 150 ? 1n : BigInt(small))) : id;
  return {
    type: 'trade',
    channel: 'trade',
    ...head(last, { ...throwOf, covers: 1 }),
    historySeq: undefined,
    trade: {
      id: kind % 10 === 9 ? text : counted,
      price: within((last?.trade.price ?? 15_000) + a),
      size: sized(b, kind),
      side: ([undefined, 'buy', 'sell'] as const)[small % 3],
      conditions: kind % 8 === 7 ? [text, text] : (last?.trade.conditions ?? []),
    },
  };
}

function nextQuote(last: QuoteMessage | undefined, throwOf: Dice): QuoteMessage {
  const { kind, a, b, c, small } = throwOf;
  const before = last?.quote;
  const quote: QuoteFields = {
    last: 15_000,
    open: 15_000,
    high: 15_000,
    low: 15_000,
    prevClose: 14_000,
    change: 1_000,
    changePct: 71_429,
    volume: 10n,
    turnover: 150_000n,
    vwap: 150_000_000n,
    bid: 14_999,
    bidSize: 100,
    ask: 15_001,
    askSize: 100,
    sinceMs: undefined,
    ...before,
  };
  if (kind % 4 !== 0) {
    quote.bid = within((quote.bid ?? 0) + a);
    quote.bidSize = sized(b, kind);
    if (small % 5 === 0) quote.askSize = sized(c, kind);
    if (small % 2 === 0) quote.ask = within((quote.ask ?? 0) + c);
  } else {
    // A trade, with its statistics by their definition, exact.
    const price = within((quote.last ?? 0) + a);
    const size = fits((quote.turnover ?? 0n) + BigInt(price) * BigInt(Math.abs(b))) ? Math.abs(b) : 0;
    quote.last = price;
    quote.open ??= price;
    quote.high = Math.max(quote.high ?? price, price);
    quote.low = Math.min(quote.low ?? price, price);
    quote.volume = (quote.volume ?? 0n) + BigInt(size);
    quote.turnover = (quote.turnover ?? 0n) + BigInt(price) * BigInt(size);
    quote.vwap = quote.volume === 0n ? undefined : halfEven(quote.turnover * 10_000n, quote.volume);
    const change = price - (quote.prevClose ?? 0);
    quote.change = quote.prevClose !== undefined && Number.isSafeInteger(change) ? change : undefined;
    quote.changePct = undefined;
    if (quote.change !== undefined && quote.prevClose) {
      const percent = halfEven(
        BigInt(quote.change) * 1_000_000n * BigInt(Math.sign(quote.prevClose)),
        BigInt(quote.prevClose),
      );
      if (percent <= BigInt(SAFE) && percent >= -BigInt(SAFE)) quote.changePct = Number(percent);
    }
  }
  // Any field may take any value, and become unknown or known again.
  const names = Object.keys(quote) as (keyof QuoteFields)[];
  const name = names[small % names.length]!;
  const sum = name === 'volume' || name === 'turnover' || name === 'vwap';
  if (kind === 98) Object.assign(quote, { [name]: undefined });
  if (kind >= 88 && kind < 98) {
    const before = quote[name] ?? (sum ? 0n : 0);
    const moved = typeof before === 'bigint' ? before + BigInt(c) * 10n ** BigInt(small % 15) : within(before + c);
    Object.assign(quote, { [name]: kind < 94 && typeof before === 'bigint' ? before + BigInt(c) : moved });
    if (name === 'sinceMs' && quote.sinceMs !== undefined) quote.sinceMs = Math.abs(quote.sinceMs);
  }
  return { type: 'quote', channel: 'quote', ...head(last, throwOf), quote };
}

/** numerator / denominator, half to even, from the definition: the nearest integer, of two the even one. */
function halfEven(numerator: bigint, denominator: bigint): bigint {
  const below = floorDivide(numerator, denominator);
  const twice = 2n * (numerator - below * denominator);
  const whole = denominator;
  const comparison = denominator < 0n ? whole - twice : twice - whole;
  if (comparison < 0n) return below;
  if (comparison > 0n) return below + 1n;
  return below % 2n === 0n ? below : below + 1n;
}

function floorDivide(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator !== 0n && numerator < 0n !== denominator < 0n ? quotient - 1n : quotient;
}

function nextDepth(channel: Channel, cut: number, last: DepthMessage | undefined, throwOf: Dice): DepthMessage {
  const { kind, a, b, c, small } = throwOf;
  const sides = [last?.bids ?? [], last?.asks ?? []].map((levels) => {
    const book = new Map<number, number>();
    for (let i = 0; i < levels.length; i += 2) book.set(levels[i]!, levels[i + 1]!);
    return book;
  });
  const touched = sides[small % 2]!;
  const prices = [...touched.keys()];
  const some = prices[small % Math.max(1, prices.length)] ?? 1_000;
  if (kind < 30) touched.set(some, Math.max(1, sized(b, kind)));
  else if (kind < 45) touched.delete(some);
  else if (kind < 75) touched.set(within(some + a), Math.max(1, sized(c, kind)));
  else if (kind < 95) {
    for (let i = 0; i < small; i++)
      sides[i % 2]!.set(within(a + ((i * 7) % 90)), (1 + ((i * 31 + small) % 500)) * (kind % 2 === 0 ? 100 : 1));
  } else if (kind < 97) touched.clear();
  const cutOf = (book: Map<number, number>, direction: 1 | -1) =>
    [...book]
      .sort(([p], [q]) => direction * (p < q ? -1 : 1))
      .slice(0, cut)
      .flat();
  return {
    type: 'l2_snapshot',
    channel,
    ...head(last, throwOf),
    bids: cutOf(sides[0]!, -1),
    asks: cutOf(sides[1]!, 1),
  };
}

function nextKline(
  channel: Channel,
  interval: KlineMessage['kline']['interval'],
  last: KlineMessage | undefined,
  throwOf: Dice,
): KlineMessage {
  const { kind, a, b, small } = throwOf;
  const common = head(last, throwOf);
  const unit = Math.min(INTERVAL_MS[interval], 3_600_000);
  const before = last?.kline;
  if (before === undefined || kind < 15) {
    const open = within((before?.close ?? 15_000) + a);
    const startMs =
      before === undefined ? 1_731_688_200_000 : before.startMs + unit * (1 + (small % 30)) + (kind === 0 ? 1 : 0);
    const bar = { interval, startMs, open, high: open, low: open, close: open };
    const volume = fits(BigInt(open) * BigInt(Math.abs(b))) ? BigInt(Math.abs(b)) : 0n;
    const sums = { volume, turnover: volume * BigInt(open), trades: throwOf.covers, final: kind === 1, revision: 0 };
    return { type: 'kline', channel, ...common, kline: { ...bar, ...sums } };
  }
  const close = within(before.close + a);
  const size = fits(before.turnover + BigInt(close) * BigInt(Math.abs(b))) ? BigInt(Math.abs(b)) : 0n;
  const kline = {
    ...before,
    close,
    high: Math.max(before.high, close),
    low: Math.min(before.low, close),
    volume: before.volume + size,
    turnover: before.turnover + size * BigInt(close),
    trades: before.trades + throwOf.covers,
  };
  if (kind < 30) kline.final = true;
  if (kind > 95) kline.revision += 1;
  if (kind === 94) kline.turnover -= 77n;
  if (kind === 93) kline.trades += small;
  if (kind === 92) kline.high = within(kline.high + small);
  if (kind === 91) kline.open = within(kline.open + small);
  return { type: 'kline', channel, ...common, kline };
}

/** A bar of before, sent again: it is told, and the newest stays what it is. */
export function lateRevision(last: KlineMessage): KlineMessage {
  const told = last.range?.[1] ?? 0;
  const { kline } = last;
  return {
    ...last,
    range: [told + 1, told + 1],
    kline: { ...kline, startMs: kline.startMs - INTERVAL_MS[kline.interval], final: true, revision: 3 },
  };
}
