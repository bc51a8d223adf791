import type { Update } from '@tapecast/market';
import type { LogRecord } from '@tapecast/tick-log';
import { NameTable, UpdateBatchReader, WireError } from '@tapecast/wire';
import type { EpochOrder } from '../subscriptions/epoch-order.ts';
import type { KnownInstrument } from '../subscriptions/instruments.ts';
import type { UpdateWindow } from '../subscriptions/update-window.ts';
import type { InstrumentTrades } from './instrument-trades.ts';
import type { TradeHistory, TradeRun } from './trade-history.ts';
import type { TradeIndex } from './trade-index.ts';
import type { WindowDisk } from './window-disk.ts';

/** The kept records of one partition, and which of them hold trades. */
export interface ReplayPartition {
  readonly window: UpdateWindow;
  readonly trades: TradeIndex<KnownInstrument>;
  /** Older records are not being read any more. */
  readonly filled: boolean;
  readonly epochs: EpochOrder;
}

export interface HistoryOptions {
  known: (symbol: string) => KnownInstrument | undefined;
  partition: (partition: number) => ReplayPartition;
  /** Where records are that memory has no more. */
  disk: WindowDisk | undefined;
  /** Trades of one answer. */
  tradesAtOnce: number;
}

/** The trades of the window, decoded from its raw records when they are asked for. */
export class LogTradeHistory implements TradeHistory {
  readonly #options: HistoryOptions;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  oldest(symbol: string, epoch: string): number | undefined {
    return this.#noted(symbol, epoch)?.trades.first;
  }

  filling(symbol: string): boolean {
    const known = this.#options.known(symbol);
    return known !== undefined && !this.#options.partition(known.partition).filled;
  }

  mayFollow(symbol: string, epoch: string, current: string): boolean {
    const known = this.#options.known(symbol);
    return known !== undefined && this.#options.partition(known.partition).epochs.mayFollow(epoch, current);
  }

  newest(symbol: string, epoch: string): number | undefined {
    return this.#noted(symbol, epoch)?.trades.last;
  }

  async trades(symbol: string, epoch: string, from: number, to: number): Promise<TradeRun> {
    const run: Update[] = [];
    const known = this.#options.known(symbol);
    const reader = readerOf(symbol);
    // Of the read before: the next trades are often in it.
    let read: readonly Pick<LogRecord, 'offset' | 'value'>[] = [];
    let first = from;
    let at = from;
    while (known !== undefined && at <= to && run.length < this.#options.tradesAtOnce) {
      // Asked anew each time: while the disk is read records come and go.
      const noted = this.#noted(symbol, epoch);
      const oldest = noted?.trades.first;
      if (noted === undefined || oldest === undefined || at > (noted.trades.last as number)) break;
      if (oldest > at) {
        // What was read before the hole is a run of its own: the caller asks again and is told the hole then.
        if (run.length > 0) break;
        at = oldest;
        first = oldest;
        continue;
      }
      const offset = noted.trades.offsetOf(at);
      let record = noted.window.at(offset) ?? read.find((one) => one.offset === offset);
      if (record === undefined) {
        read = (await this.#options.disk?.read(known.partition, offset)) ?? [];
        [record] = read;
        // It can't be read back, or went meanwhile: then nothing up to it is there any more.
        if (record === undefined) {
          this.#options.partition(known.partition).trades.dropBelow(offset + 1);
          continue;
        }
      }
      const before = at;
      for (const update of tradesOf(reader, record.value)) {
        if (update.first > at || update.last < at || at > to) continue;
        run.push(update);
        at = update.last + 1;
      }
      // A record that does not hold what its index says is as one that can't be read.
      if (at === before) this.#options.partition(known.partition).trades.dropBelow(offset + 1);
    }
    return { first, trades: run };
  }

  /** With all forgotten that can't be read any more. */
  #noted(symbol: string, epoch: string): { trades: InstrumentTrades; window: UpdateWindow } | undefined {
    const known = this.#options.known(symbol);
    if (known === undefined) return undefined;
    const { window, trades } = this.#options.partition(known.partition);
    const start = this.#options.disk?.start(known.partition, window.start) ?? window.start;
    const noted = trades.of(known, start);
    return noted?.epoch === epoch ? { trades: noted, window } : undefined;
  }
}

function readerOf(symbol: string): UpdateBatchReader<true> {
  const names = new NameTable<true>();
  names.set(symbol, true);
  return new UpdateBatchReader({ names, wants: () => true, tellsNew: false });
}

/** [] where the record can't be decoded. */
function tradesOf(reader: UpdateBatchReader<true>, record: Uint8Array): Update[] {
  try {
    reader.read(record);
    return reader.entries
      .filter((entry) => entry.has('trade'))
      .flatMap((entry) => entry.updates().filter(({ sequence }) => sequence === 'trade'));
  } catch (error) {
    if (error instanceof WireError) return [];
    throw error;
  }
}
