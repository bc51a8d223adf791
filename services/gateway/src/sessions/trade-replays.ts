import type { InstrumentView } from '@tapecast/market';
import type { DataMessage } from '@tapecast/wire';
import type { Client } from '../fanout/client.ts';
import type { FlushContext } from '../fanout/flush-context.ts';
import { liveTrade, rememberedTrade } from '../fanout/messages.ts';
import { ShownFrames } from '../fanout/shown-frames.ts';
import type { StreamGroup } from '../fanout/stream-group.ts';
import type { GatewayLimits } from '../limits.ts';
import type { TradeHistory } from '../replay/trade-history.ts';

/** Trades that follow each other, as a client is sent them that has those before: the first of them is a whole message. */
export interface Piece {
  readonly first: number;
  readonly last: number;
  sendTo(client: Client, context: FlushContext): void;
}

/** Trades in a piece: some 50 KiB of JSON, and a frame of Protobuf. */
const PIECE_TRADES = 256;
/** Trades of one look into the history. Who needs more asks again when it has read them. */
const LOOK_TRADES = 1_000;

type ReplayReadLimits = Pick<
  GatewayLimits,
  'sharedReplayMs' | 'sharedReplayTradesMax' | 'replayReadsAtOnce' | 'replayReadMs'
>;

interface Shared {
  pieces: Piece[] | Promise<Piece[]>;
  madeAtMs: number;
  trades: number;
}

/**
 * Trades that were told before a client came, for who comes back: the last ones from the view, which has them without a wait,
 * others from the history. Many come back at once and from the same number, where a gateway ended: what one asked for is kept
 * for a moment, and encoded once in each way in which somebody reads it.
 */
export class TradeReplays {
  readonly #history: TradeHistory | undefined;
  readonly #limits: ReplayReadLimits;
  readonly #nowMs: () => number;
  readonly #shared = new Map<string, Shared>();
  #trades = 0;
  #reading = 0;
  /** When the last read ended, monotonic ms. */
  #readAtMs = Number.NEGATIVE_INFINITY;
  readonly #waiting: (() => void)[] = [];

  constructor(history: TradeHistory | undefined, limits: ReplayReadLimits, nowMs: () => number) {
    this.#history = history;
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  /** Trades that are kept for who asks for the same. */
  get sharedTrades(): number {
    return this.#trades;
  }

  /**
   * The lowest number from which on every trade is there up to the one told last; the one after that where there is none, and 0
   * where it is not known before more of the log is read.
   */
  oldest({ instrument, told }: StreamGroup): number {
    const { view, symbol } = instrument;
    const remembered = view.trades[0]?.seq ?? Infinity;
    const noted = this.#history?.oldest(symbol, view.epoch);
    if (noted === undefined && this.#history !== undefined && instrument.aheadOfLog) return 0;
    return Math.min(remembered, noted ?? Infinity, told + 1);
  }

  /** Whether what comes after that number is in what is still to be read of the log: the state is ahead of it. */
  awaitsLog(group: StreamGroup, from: number): boolean {
    const { view, symbol, aheadOfLog } = group.instrument;
    if (!aheadOfLog || this.#history === undefined || (view.trades[0]?.seq ?? Infinity) <= from + 1) return false;
    return (this.#history.newest(symbol, view.epoch) ?? 0) <= from;
  }

  /** Whether a client with that epoch may know more than was read of the log here: the epoch is none that is known to be over. */
  mayFollow({ view, symbol }: StreamGroup['instrument'], epoch: string): boolean {
    return this.#history?.mayFollow(symbol, epoch, view.epoch) ?? false;
  }

  /** Whether trades right after that number are missing that are just being read. */
  awaits(
    { instrument: symbol, epoch, trades, seqs }: InstrumentView,
    position: { epoch: string; seq: number },
  ): boolean {
    const history = this.#history;
    if (history === undefined || position.epoch !== epoch || position.seq >= seqs.trade) return false;
    const oldest = Math.min(trades[0]?.seq ?? Infinity, history.oldest(symbol, epoch) ?? Infinity);
    return oldest > position.seq + 1 && history.filling(symbol);
  }

  /**
   * Trades after number `from`, up to `to` or fewer, of the stream's epoch. The first may be a later one where others are gone;
   * none are there at all where the list is empty.
   */
  pieces(group: StreamGroup, from: number, to: number): Piece[] | Promise<Piece[]> {
    const { view } = group.instrument;
    const inView = this.#inView(group, from);
    const begin = inView ? from : this.#beginOf(group, from, to);
    const last = inView ? to : Math.min(to, begin + LOOK_TRADES);
    const key = `${group.number} ${view.epoch} ${begin} ${last}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known.pieces;
    const pieces = inView ? this.#remembered(group, begin, last) : this.#whileReadsEnd(this.#read(group, begin, last));
    const shared: Shared = { pieces, madeAtMs: this.#nowMs(), trades: inView ? view.trades.length : last - begin };
    this.#shared.set(key, shared);
    this.#trades += shared.trades;
    if (pieces instanceof Promise)
      pieces.catch(() => {
        // Told to who asked; others try again.
        this.#forget(key, shared);
      });
    for (const [oldest, one] of this.#shared) {
      if (this.#trades <= this.#limits.sharedReplayTradesMax) break;
      this.#forget(oldest, one);
    }
    return pieces;
  }

  /** Lets go what nobody asks for any more. */
  sweep(): void {
    const before = this.#nowMs() - this.#limits.sharedReplayMs;
    for (const [key, shared] of this.#shared) {
      if (shared.madeAtMs > before) return;
      this.#forget(key, shared);
    }
  }

  #forget(key: string, shared: Shared): void {
    if (this.#shared.get(key) !== shared) return;
    this.#shared.delete(key);
    this.#trades -= shared.trades;
  }

  /** Whether the view has all that there is after number `from`. */
  #inView({ instrument: { view, symbol } }: StreamGroup, from: number): boolean {
    const oldest = view.trades[0]?.seq ?? Infinity;
    return oldest <= from + 1 || oldest <= (this.#history?.oldest(symbol, view.epoch) ?? Infinity);
  }

  /** The number before the first that there is after `from`: a look that ended before it would find nothing. */
  #beginOf({ instrument: { view, symbol } }: StreamGroup, from: number, to: number): number {
    const oldest = this.#history?.oldest(symbol, view.epoch);
    return oldest === undefined || oldest > to ? from : Math.max(from, oldest - 1);
  }

  #remembered({ instrument: { view }, number }: StreamGroup, from: number, to: number): Piece[] {
    const messages: DataMessage[] = [];
    for (const trade of view.trades)
      if (trade.seq > from && trade.seq <= to) messages.push(rememberedTrade(view.instrument, trade, 'live'));
    return piecesOf(number, messages);
  }

  /** Rejects where no read at all ended for too long: while those before it go on, one that waits for its turn is not late. */
  #whileReadsEnd<T>(reading: Promise<T>): Promise<T> {
    const { replayReadMs } = this.#limits;
    const beganMs = performance.now();
    return new Promise((resolve, reject) => {
      let ended = false;
      let timer: NodeJS.Timeout | undefined;
      const lookIn = (ms: number): void => {
        // A loop that has much to do comes to its timers before it takes what has long been read.
        timer = setTimeout(() => setImmediate(look), ms);
      };
      const look = (): void => {
        if (ended) return;
        const leftMs = Math.max(this.#readAtMs, beganMs) + replayReadMs - performance.now();
        if (leftMs > 0) lookIn(leftMs);
        else reject(new Error(`nothing was read for ${replayReadMs} ms`));
      };
      lookIn(replayReadMs);
      void reading.then(resolve, reject).finally(() => {
        ended = true;
        clearTimeout(timer);
      });
    });
  }

  async #read({ instrument, number }: StreamGroup, from: number, to: number): Promise<Piece[]> {
    const history = this.#history;
    if (history === undefined) return [];
    const { symbol, view } = instrument;
    const { epoch } = view;
    if (this.#reading >= this.#limits.replayReadsAtOnce)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#reading++;
    try {
      const { trades } = await history.trades(symbol, epoch, from + 1, to);
      return piecesOf(
        number,
        trades.map((update) => liveTrade(symbol, update)).filter((message) => message !== undefined),
      );
    } finally {
      this.#readAtMs = performance.now();
      // The place is handed on, so that nobody slips in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#reading--;
      else next();
    }
  }
}

function piecesOf(streamNumber: number, messages: readonly DataMessage[]): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < messages.length; at += PIECE_TRADES) {
    const some = messages.slice(at, at + PIECE_TRADES);
    const frames = new ShownFrames(streamNumber, some);
    pieces.push({
      first: some[0]?.range?.[0] ?? 0,
      last: some.at(-1)?.range?.[1] ?? 0,
      sendTo: (client, context) => frames.sendTo(client, context),
    });
  }
  return pieces;
}
