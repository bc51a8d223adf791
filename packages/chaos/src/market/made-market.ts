import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../random.ts';

/** 2024-08-08 10:00:00 UTC: far from the ends of a day, so that one day's statistics run through. */
export const START_MS = 1_723_111_200_000;

const LEVELS_AT_START = 120;
const LEVELS_NEAR = 40;
const FIRST_ID = 1_000_000;

export interface MadeMarket {
  readonly seed: number;
  readonly seconds: number;
  /** As the venue names them: `BTCUSDT`. */
  readonly symbols: readonly string[];
  /** Of each symbol, in the mean. */
  readonly framesPerSecond: number;
}

/**
 * Draws a market and writes it as raw recordings of Binance frames, one file a symbol, each beginning with its book: trades
 * with ids in a row, differences of the book, tops of it. So a run can be of any length, and needs no recorded data.
 */
export async function writeMarket(dir: string, market: MadeMarket): Promise<string[]> {
  const files: string[] = [];
  for (const [index, symbol] of market.symbols.entries()) {
    const path = join(dir, `${symbol}.raw.jsonl`);
    await writeFile(path, marketLines(symbol, market, new Random(market.seed * 1_000 + index)));
    files.push(path);
  }
  return files;
}

function marketLines(symbol: string, { seconds, framesPerSecond }: MadeMarket, random: Random): string {
  const book = new DrawnBook(random);
  const stream = symbol.toLowerCase();
  let tradeId = random.int(1, 1_000_000);
  let atMs = START_MS;
  const lines = [line(atMs, book.snapshot())];
  const end = START_MS + seconds * 1_000;
  const say = (kind: string, data: unknown): void => {
    lines.push(line(atMs, { stream: `${stream}@${kind}`, data }));
  };
  while (atMs < end) {
    // Exponential gaps: bursts and pauses, as a market has them.
    atMs += Math.max(1, Math.round((-Math.log(1 - random.next()) * 1_000) / framesPerSecond));
    if (random.chance(0.4)) {
      const isSell = random.chance(0.5);
      const price = isSell ? book.bid : book.ask;
      const data = { e: 'trade', E: atMs, s: symbol, t: tradeId++, p: text(price), q: size(random), T: atMs - 1 };
      say('trade', { ...data, m: isSell, M: true });
      continue;
    }
    const { U, u, b, a } = book.change();
    say('depth@100ms', { e: 'depthUpdate', E: atMs, s: symbol, U, u, b, a });
    say('bookTicker', { u, s: symbol, ...book.top() });
  }
  return `${lines.join('\n')}\n`;
}

/** A book whose best levels are next to each other and always there, so that it never crosses. Prices in cents. */
class DrawnBook {
  bid: number;
  readonly #random: Random;
  readonly #bids = new Map<number, string>();
  readonly #asks = new Map<number, string>();
  #id = FIRST_ID;

  constructor(random: Random) {
    this.#random = random;
    this.bid = random.int(1_000_000, 6_000_000);
    for (let far = 0; far < LEVELS_AT_START; far++) {
      this.#bids.set(this.bid - far, size(random));
      this.#asks.set(this.ask + far, size(random));
    }
  }

  get ask(): number {
    return this.bid + 1;
  }

  snapshot(): unknown {
    const levels = (side: Map<number, string>) => [...side].map(([price, volume]) => [text(price), volume]);
    return { lastUpdateId: this.#id, bids: levels(this.#bids), asks: levels(this.#asks) };
  }

  top(): Record<string, unknown> {
    return { b: text(this.bid), B: this.#bids.get(this.bid), a: text(this.ask), A: this.#asks.get(this.ask) };
  }

  change(): { U: number; u: number; b: [string, string][]; a: [string, string][] } {
    const bids = new Map<number, string>();
    const asks = new Map<number, string>();
    const changes = this.#random.int(1, 4);
    for (let i = 0; i < changes; i++) {
      if (this.#random.chance(0.15)) this.#move(bids, asks);
      else this.#setLevel(bids, asks);
    }
    const U = this.#id + 1;
    this.#id += changes;
    const levels = (side: Map<number, string>) =>
      [...side].map(([price, volume]): [string, string] => [text(price), volume]);
    return { U, u: this.#id, b: levels(bids), a: levels(asks) };
  }

  #setLevel(bids: Map<number, string>, asks: Map<number, string>): void {
    const far = this.#random.int(0, LEVELS_NEAR);
    const isBid = this.#random.chance(0.5);
    const price = isBid ? this.bid - far : this.ask + far;
    const side = isBid ? this.#bids : this.#asks;
    // Never the best: a top without a size would be no book.
    const removes = far > 0 && side.size > LEVELS_AT_START - LEVELS_NEAR && this.#random.chance(0.3);
    this.#set(isBid ? bids : asks, side, price, removes ? undefined : size(this.#random));
  }

  /** The market goes up or down by a cent: what stood in its way is gone. */
  #move(bids: Map<number, string>, asks: Map<number, string>): void {
    const up = this.#random.chance(0.5);
    if (up) this.#set(asks, this.#asks, this.ask, undefined);
    else this.#set(bids, this.#bids, this.bid, undefined);
    this.bid += up ? 1 : -1;
    this.#set(bids, this.#bids, this.bid, size(this.#random));
    this.#set(asks, this.#asks, this.ask, size(this.#random));
  }

  #set(told: Map<number, string>, side: Map<number, string>, price: number, volume: string | undefined): void {
    if (volume === undefined) side.delete(price);
    else side.set(price, volume);
    told.set(price, volume ?? '0.00000000');
  }
}

const line = (atMs: number, frame: unknown): string => `${atMs}000000 ${JSON.stringify(frame)}`;

/** Cents, as the venue writes a price. */
const text = (cents: number): string => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}000000`;

const size = (random: Random): string => `${random.int(0, 3)}.${String(random.int(1, 99_999)).padStart(5, '0')}000`;
