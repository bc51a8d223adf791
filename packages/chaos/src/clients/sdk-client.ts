import { type BookView, type Protocol, TapecastClient } from '@tapecast/client';
import { scaled } from '@tapecast/testkit';
import { PRICE } from '../verify/canonical.ts';
import { type ClientRecord, emptyRecord, streamOf } from './client-record.ts';
import type { FleetClient, Holding } from './fleet.ts';
import { barDigest, bookDigest, quoteDigest } from './told.ts';

/** A program on the TypeScript client: what its events tell is written down, nothing else. */
export class SdkClient implements FleetClient {
  readonly record: ClientRecord;
  readonly #client: TapecastClient;
  readonly #holding: Holding;

  constructor(name: string, url: string, protocol: Protocol, holding: Holding) {
    this.record = emptyRecord(name, holding.intervalMs);
    this.#holding = holding;
    this.#client = new TapecastClient({ url, protocol });
    this.#listen();
  }

  async start(): Promise<void> {
    this.#client.connect();
    const { symbols, channels, intervalMs } = this.#holding;
    const results = await this.#client.subscribe(symbols, channels, { intervalMs });
    for (const { symbol, channel, ok, seq = 0, code } of results) {
      if (!ok) throw new Error(`${this.record.name}: ${symbol} ${channel} was refused with ${code}`);
      streamOf(this.record, symbol, channel).begunAt = seq;
    }
  }

  close(): void {
    this.#client.close();
  }

  #listen(): void {
    const { record } = this;
    const client = this.#client;
    client.on('trade', (trade) => {
      const number = trade.range?.[1];
      if (number === undefined || trade.history) return;
      const atMs = Date.now();
      record.lastTradeAt.set(trade.symbol, atMs);
      streamOf(record, trade.symbol, trade.channel).trades.push({
        number,
        id: trade.id ?? '',
        price: scaled(trade.price, PRICE),
        size: scaled(trade.size, PRICE),
        timeMs: trade.timestamp,
        atMs,
      });
    });
    client.on('quote', (quote) => {
      const { last, open, high, low, prevClose, change, changePct, volume, turnover, vwap } = quote;
      const { bid, bidSize, ask, askSize, since: sinceMs } = quote;
      const day = { last, open, high, low, prevClose, change, changePct, volume, turnover, vwap };
      this.#state(quote, quoteDigest({ ...day, bid, bidSize, ask, askSize, sinceMs }));
    });
    client.on('depth', (depth) => {
      const book: BookView = depth.book;
      this.#state(depth, bookDigest(book.bids(), book.asks()));
    });
    client.on('kline', (kline) => this.#state(kline, barDigest(kline)));
    client.on('gap', ({ symbol = '', channel = '', lost, reason }) => {
      streamOf(record, symbol, channel).gaps.push({ reason, lost, atMs: Date.now() });
    });
    client.on('state', ({ state }) => {
      if (state === 'reconnecting') record.cuts++;
    });
    client.on('rejected', ({ symbol, channel, code }) => record.faults.push(`${symbol} ${channel} rejected: ${code}`));
    client.on('fault', ({ error }) => record.faults.push(error.message));
  }

  #state(
    { symbol, channel, range }: { symbol: string; channel: string; range: readonly [number, number] | undefined },
    state: number,
  ): void {
    if (range !== undefined) streamOf(this.record, symbol, channel).states.push(range[1], state, Date.now());
  }
}
