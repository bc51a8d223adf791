import {
  applyUpdate,
  emptyView,
  type InstrumentView,
  type Kline,
  type QuoteFields,
  type Update,
} from '@tapecast/market';
import { LEAN_DECIMALS, type LeanDay, type LeanSums, leanVwap } from './lean-days.ts';

/** A verdict over the updates of some instruments; `faults` is empty when all is right. */
export interface LeanVerdict {
  readonly trades: number;
  readonly daysCompared: number;
  readonly minutesCompared: number;
  /** Late trades that sent a final minute again. */
  readonly revisions: number;
  readonly faults: readonly string[];
}

interface Decimals {
  readonly priceDecimals: number;
  readonly sizeDecimals: number;
}

/** What was told of one instrument. */
interface Told {
  view: InstrumentView;
  trades: number;
  revisions: number;
  /** By start; the last telling of each. */
  minutes: Map<number, Kline & Decimals>;
  days: Map<number, Kline & Decimals>;
  /** The quote as it was before the next day began. */
  dayEnds: (QuoteFields & Decimals)[];
}

/** Decimals of a quote's VWAP beyond its price's. */
const VWAP_DECIMALS = 4;

/** Reads the updates of `md.updates` as a client does and compares what they say of days and minutes with the trades' sums. */
export class LeanJudge {
  readonly #told: ReadonlyMap<string, Told>;

  constructor(instruments: Iterable<string>) {
    this.#told = new Map(
      [...new Set(instruments)].map((instrument) => [
        instrument,
        { view: emptyView(instrument, ''), trades: 0, revisions: 0, minutes: new Map(), days: new Map(), dayEnds: [] },
      ]),
    );
  }

  wants(instrument: string): boolean {
    return this.#told.has(instrument);
  }

  /** Trades that came. */
  get trades(): number {
    return [...this.#told.values()].reduce((sum, told) => sum + told.trades, 0);
  }

  /** Whether each instrument's last minute was told as final. */
  isComplete(days: readonly LeanDay[]): boolean {
    return [...this.#told].every(([instrument, { minutes }]) => {
      const last = days.findLast((day) => day.instrument === instrument)?.minutes.at(-1);
      return last === undefined || minutes.get(last.startMs)?.final === true;
    });
  }

  take(instrument: string, update: Update): void {
    const told = this.#told.get(instrument);
    // A takeover writes again what it is not sure of, with the numbers that it had.
    if (told === undefined || update.last <= told.view.seqs[update.sequence]) return;
    const { view } = told;
    const before = { ...view.quote, priceDecimals: view.priceDecimals, sizeDecimals: view.sizeDecimals };
    applyUpdate(view, update);
    const { body, priceDecimals, sizeDecimals } = update;
    if (body.kind === 'trade') told.trades++;
    if (body.kind === 'kline' && body.interval === '1m') {
      if (body.revision > 0) told.revisions++;
      told.minutes.set(body.startMs, { ...body, priceDecimals, sizeDecimals });
    }
    if (body.kind === 'kline' && body.interval === '1d')
      told.days.set(body.startMs, { ...body, priceDecimals, sizeDecimals });
    if (body.kind === 'quote' && (view.quote.volume ?? 0n) < (before.volume ?? 0n)) told.dayEnds.push(before);
  }

  judge(days: readonly LeanDay[]): LeanVerdict {
    const faults: string[] = [];
    let minutesCompared = 0;
    const expect = (name: string, told: string | number, right: string | number): void => {
      if (told !== right) faults.push(`${name}: told ${told}, is ${right}`);
    };
    for (const [instrument, told] of this.#told) {
      const own = days.filter((day) => day.instrument === instrument);
      const minutes = own.flatMap((day) => day.minutes);
      const ends = [...told.dayEnds, { ...told.view.quote, ...decimalsOf(told.view) }].filter(
        ({ volume }) => volume !== undefined && volume > 0n,
      );
      expect(`${instrument} trades`, told.trades, sum(own.map(({ trades }) => trades)));
      expect(`${instrument} days with a quote`, ends.length, own.length);
      expect(`${instrument} days with a bar`, told.days.size, own.length);
      expect(`${instrument} minutes with a bar`, told.minutes.size, minutes.length);
      own.forEach((day, index) => {
        // The last day is final at the next midnight only.
        const final = index < own.length - 1 ? ['final'] : [];
        expect(
          `${instrument} ${day.day} 1d`,
          barText(told.days.get(day.startMs), final.length > 0),
          sumsText(day, final),
        );
        expect(`${instrument} ${day.day} quote`, quoteText(ends[index]), dayText(day, ends[index]?.priceDecimals ?? 0));
      });
      for (const minute of minutes) {
        minutesCompared++;
        const name = `${instrument} 1m ${minute.startMs}`;
        expect(name, barText(told.minutes.get(minute.startMs), true), sumsText(minute, ['final']));
      }
    }
    return {
      trades: this.trades,
      daysCompared: days.length,
      minutesCompared,
      revisions: sum([...this.#told.values()].map(({ revisions }) => revisions)),
      faults,
    };
  }
}

const NEVER = 'nothing';

/** A bar has no VWAP of its own: it is its turnover over its volume. */
function barText(bar: (Kline & Decimals) | undefined, withFinal: boolean): string {
  if (bar === undefined) return NEVER;
  const { open, high, low, close, volume, turnover, trades, final } = bar;
  const sums: LeanSums = {
    startMs: bar.startMs,
    open: atLean(open, bar.priceDecimals),
    high: atLean(high, bar.priceDecimals),
    low: atLean(low, bar.priceDecimals),
    close: atLean(close, bar.priceDecimals),
    volume: scaleTo(volume, bar.sizeDecimals, 0),
    turnover: atLean(turnover, bar.priceDecimals + bar.sizeDecimals),
    trades,
  };
  return sumsText(sums, withFinal && final ? ['final'] : []);
}

function sumsText(sums: LeanSums, further: readonly string[]): string {
  const { open, high, low, close, volume, turnover, trades } = sums;
  const vwap = leanVwap(sums, LEAN_DECIMALS + VWAP_DECIMALS);
  return [open, high, low, close, volume, turnover, trades, vwap, ...further].join(' ');
}

function quoteText(quote: (QuoteFields & Decimals) | undefined): string {
  if (quote === undefined) return NEVER;
  const { open, high, low, last, prevClose, volume, turnover, vwap, priceDecimals, sizeDecimals } = quote;
  return [
    ...[open, high, low, last, prevClose].map((units) => (units === undefined ? '' : atLean(units, priceDecimals))),
    scaleTo(volume ?? 0n, sizeDecimals, 0),
    atLean(turnover ?? 0n, priceDecimals + sizeDecimals),
    vwap,
  ].join(' ');
}

function dayText(day: LeanDay, priceDecimals: number): string {
  const { open, high, low, close, prevClose, volume, turnover } = day;
  const vwap = leanVwap(day, priceDecimals + VWAP_DECIMALS);
  return [open, high, low, close, prevClose ?? '', volume, turnover, vwap].join(' ');
}

const decimalsOf = ({ priceDecimals, sizeDecimals }: Decimals): Decimals => ({ priceDecimals, sizeDecimals });
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const atLean = (units: number | bigint, decimals: number): bigint => scaleTo(BigInt(units), decimals, LEAN_DECIMALS);

/** Exactly, or -1: what needs more decimals than the files have is no sum of theirs. */
function scaleTo(units: bigint, from: number, to: number): bigint {
  if (from <= to) return units * 10n ** BigInt(to - from);
  const factor = 10n ** BigInt(from - to);
  return units % factor === 0n ? units / factor : -1n;
}
