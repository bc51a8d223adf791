import { InstrumentTrades } from './instrument-trades.ts';

/** A part of what is noted that goes at once where there is no more room. */
const DROPPED_PART = 8;

/** Which records of one partition hold the trades of each instrument: bounded in records that are noted. */
export class TradeIndex<Instrument> {
  readonly #entriesMax: number;
  readonly #of = new Map<Instrument, InstrumentTrades>();
  #entries = 0;
  /** Records below are not noted (any more). */
  #start: number;

  constructor(start: number, entriesMax: number) {
    this.#start = start;
    this.#entriesMax = entriesMax;
  }

  get entries(): number {
    return this.#entries;
  }

  get start(): number {
    return this.#start;
  }

  /** What is noted of the instrument of records at `start` or later; undefined where that is nothing. */
  of(instrument: Instrument, start: number): InstrumentTrades | undefined {
    const trades = this.#of.get(instrument);
    if (trades === undefined) return undefined;
    this.#entries -= trades.dropBelow(start);
    return trades.size === 0 ? undefined : trades;
  }

  /** A record has the trades first..last of the instrument. Records come in order. */
  note(instrument: Instrument, epoch: string, offset: number, first: number, last: number): void {
    let trades = this.#of.get(instrument);
    if (trades === undefined) {
      trades = new InstrumentTrades();
      this.#of.set(instrument, trades);
    }
    const before = trades.size;
    trades.note(epoch, offset, first, last);
    this.#entries += trades.size - before;
    if (this.#entries > this.#entriesMax) this.#makeRoom(offset);
  }

  /** Records below the offset are gone. */
  dropBelow(offset: number): void {
    if (offset <= this.#start) return;
    this.#start = offset;
    for (const [instrument, trades] of this.#of) {
      this.#entries -= trades.dropBelow(offset);
      if (trades.size === 0) this.#of.delete(instrument);
    }
  }

  /** The oldest records go, an eighth of their stretch at a time. */
  #makeRoom(newest: number): void {
    while (this.#entries > this.#entriesMax && this.#start <= newest)
      this.dropBelow(this.#start + Math.max(1, Math.floor((newest - this.#start) / DROPPED_PART)));
  }
}
