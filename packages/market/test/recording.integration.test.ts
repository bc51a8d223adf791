import { describe, expect, test } from 'vitest';
import {
  applyUpdate,
  BOOK_LEVELS_PUBLISHED,
  createInstrumentFold,
  divideHalfEven,
  emptyView,
  INTERVAL_MS,
  type Kline,
  type Levels,
  type QuoteFields,
  type TradeTick,
  type Update,
} from '../src/index.ts';
import { readRecording, recordingAbsent } from './recording.ts';

const DAY = 86_400_000;

describe.skipIf(recordingAbsent !== undefined)(`the BTCUSDT recording over midnight ${recordingAbsent ?? ''}`, () => {
  test('statistics and bars are sums over its trades, the book is its full book, every number is there', () => {
    const recorded = readRecording();
    const fold = createInstrumentFold('BTCUSDT$BA');
    const view = emptyView('BTCUSDT$BA', 'e');
    const seqs = { ...view.seqs };
    const bars = new Map<string, Kline>();
    const ids: string[] = [];
    const emit = (update: Update) => {
      expect(update.first === seqs[update.sequence] + 1 && update.last === update.first).toBe(true);
      seqs[update.sequence] = update.last;
      applyUpdate(view, update);
      if (update.body.kind === 'kline') bars.set(`${update.body.interval} ${update.body.startMs}`, update.body);
      if (update.body.kind === 'trade') ids.push(update.body.id);
    };

    const days: { startMs: number; trades: TradeTick[] }[] = [];
    const book = { bids: new Map<number, number>(), asks: new Map<number, number>() };
    const oracleBars = new Map<string, Omit<Kline, 'kind' | 'final' | 'revision'>>();
    const expectBook = () => {
      expect(view.bids).toEqual(best(book.bids, -1));
      expect(view.asks).toEqual(best(book.asks, 1));
    };
    let quoteBefore = { ...view.quote };
    let deltas = 0;
    let clockMs = 0;
    for (const { tick, clockMs: now } of recorded) {
      if (now > clockMs) fold.clock(now, emit);
      clockMs = now;
      expect(fold.apply(tick, clockMs, emit)).toBeUndefined();
      const { body } = tick;
      if (body.kind === 'trade') {
        const timeMs = Math.floor(tick.exchangeTimeUs! / 1000);
        const startMs = Math.floor(timeMs / DAY) * DAY;
        if (days.at(-1)?.startMs !== startMs) {
          if (days.length > 0) expectStatistics(quoteBefore, days);
          days.push({ startMs, trades: [] });
        }
        days.at(-1)!.trades.push(body);
        addToBars(oracleBars, body, timeMs);
      } else if (body.kind === 'bookSnapshot' || body.kind === 'bookDelta') {
        setLevels(book.bids, body.bids);
        setLevels(book.asks, body.asks);
        // Sorting the oracle's 5,000 levels costs more than all the rest: one in 40, the last among them.
        deltas++;
        if (deltas % 40 === 0) expectBook();
      }
      quoteBefore = { ...view.quote };
    }
    expectStatistics(view.quote, days);
    expectBook();
    expect(days).toHaveLength(2);
    expect(ids).toEqual(days.flatMap(({ trades }) => trades.map(({ id }) => id)));
    expect(view).toEqual(fold.view('e'));
    fold.clock(clockMs + 2 * DAY, emit);
    const told = [...bars].map(([key, { kind: _kind, final, revision, ...bar }]) => {
      expect([key, final, revision]).toEqual([key, true, 0]);
      return [key, bar];
    });
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(oracleBars));
  });
});

function expectStatistics(quote: QuoteFields, days: readonly { trades: TradeTick[] }[]): void {
  const { trades } = days.at(-1)!;
  const before = days.at(-2)?.trades.at(-1)?.price;
  const prices = trades.map(({ price }) => price);
  const volume = trades.reduce((sum, { size }) => sum + BigInt(size), 0n);
  const turnover = trades.reduce((sum, { price, size }) => sum + BigInt(price) * BigInt(size), 0n);
  const last = prices.at(-1)!;
  expect(quote).toMatchObject({
    last,
    open: prices[0],
    high: prices.reduce((a, b) => Math.max(a, b)),
    low: prices.reduce((a, b) => Math.min(a, b)),
    prevClose: before,
    change: before === undefined ? undefined : last - before,
    volume,
    turnover,
    vwap: divideHalfEven(turnover * 10_000n, volume),
  });
  expect(quote.sinceMs === undefined).toBe(days.length > 1);
}

function addToBars(
  bars: Map<string, Omit<Kline, 'kind' | 'final' | 'revision'>>,
  { price, size }: TradeTick,
  timeMs: number,
): void {
  for (const [interval, length] of Object.entries(INTERVAL_MS) as [Kline['interval'], number][]) {
    const startMs = Math.floor(timeMs / length) * length;
    const key = `${interval} ${startMs}`;
    const bar = bars.get(key) ?? {
      interval,
      startMs,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: 0n,
      turnover: 0n,
      trades: 0,
    };
    bar.high = Math.max(bar.high, price);
    bar.low = Math.min(bar.low, price);
    bar.close = price;
    bar.volume += BigInt(size);
    bar.turnover += BigInt(price) * BigInt(size);
    bar.trades++;
    bars.set(key, bar);
  }
}

function setLevels(side: Map<number, number>, levels: Levels): void {
  for (let i = 0; i < levels.length; i += 2) {
    if (levels[i + 1] === 0) side.delete(levels[i]!);
    else side.set(levels[i]!, levels[i + 1]!);
  }
}

function best(side: Map<number, number>, sign: number): Levels {
  return [...side]
    .sort((a, b) => sign * (a[0] - b[0]))
    .slice(0, BOOK_LEVELS_PUBLISHED)
    .flat();
}
