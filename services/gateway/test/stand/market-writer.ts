import {
  applyUpdate,
  emptyView,
  type InstrumentView,
  type Sequence,
  type Update,
  type UpdateBody,
} from '@tapecast/market';
import type { MarketState } from '@tapecast/market-state';
import { type LogProducer, partitionOf, type TickLog } from '@tapecast/tick-log';
import { encodeUpdateBatch, encodeView } from '@tapecast/wire';

/**
 * Writes md.updates and checkpoints as compute does, by hand: numbers every update, keeps the state that results, and can
 * write a batch twice or checkpoint late. What it keeps is the oracle of the tests.
 */
export class MarketWriter {
  readonly #log: TickLog;
  readonly #state: MarketState;
  readonly #producer: LogProducer;
  readonly epoch: string;
  readonly views = new Map<string, InstrumentView>();
  /** Updates of the instrument that are not in a record yet. */
  readonly #unwritten = new Map<string, Update[]>();
  /** md.updates offset after the last written record, by partition. */
  readonly #next = new Map<number, number>();
  readonly #fences = new Map<number, number>();

  static async open(log: TickLog, state: MarketState, epoch = 'test.1.0'): Promise<MarketWriter> {
    return new MarketWriter(log, state, await log.producer('md.updates'), epoch);
  }

  private constructor(log: TickLog, state: MarketState, producer: LogProducer, epoch: string) {
    this.#log = log;
    this.#state = state;
    this.#producer = producer;
    this.epoch = epoch;
  }

  view(instrument: string): InstrumentView {
    let view = this.views.get(instrument);
    if (view === undefined) {
      view = emptyView(instrument, this.epoch);
      this.views.set(instrument, view);
    }
    return view;
  }

  /** Numbers one update and applies it to the oracle; `write` puts it into the log. */
  update(instrument: string, sequence: Sequence, body: UpdateBody, more: Partial<Update> = {}): Update {
    const view = this.view(instrument);
    const seq = view.seqs[sequence] + 1;
    const update: Update = {
      sequence,
      first: seq,
      last: seq,
      keyframe: body.kind !== 'quote' && body.kind !== 'depth',
      priceDecimals: 2,
      sizeDecimals: 3,
      timestampUs: 1_700_000_000_000_000 + seq * 1_000,
      receivedAtUs: Date.now() * 1_000,
      body,
      ...more,
    };
    applyUpdate(view, update);
    const unwritten = this.#unwritten.get(instrument) ?? [];
    this.#unwritten.set(instrument, [...unwritten, update]);
    return update;
  }

  trade(instrument: string, price: number, size = 1_000, id = ''): Update {
    return this.update(instrument, 'trade', { kind: 'trade', id, price, size, side: 'buy', conditions: [] });
  }

  quote(instrument: string, last: number, more: Partial<Update['body'] & { kind: 'quote' }> = {}): Update {
    const unknown = {
      open: undefined,
      high: undefined,
      low: undefined,
      prevClose: undefined,
      change: undefined,
      changePct: undefined,
      volume: undefined,
      turnover: undefined,
      vwap: undefined,
      bid: undefined,
      bidSize: undefined,
      ask: undefined,
      askSize: undefined,
      sinceMs: undefined,
    };
    return this.update(instrument, 'quote', { kind: 'quote', last, ...unknown, ...more, cleared: 0 });
  }

  depth(instrument: string, bids: number[], asks: number[], keyframe = false): Update {
    return this.update(instrument, 'depth', { kind: 'depth', bids, asks }, { keyframe });
  }

  kline(instrument: string, startMs: number, close: number, final = false): Update {
    const bar = {
      kind: 'kline',
      interval: '1m',
      startMs,
      open: close,
      high: close,
      low: close,
      close,
      volume: 5n,
      turnover: 10n,
      trades: 1,
      final,
      revision: 0,
    } as const;
    return this.update(instrument, 'kline@1m', bar);
  }

  /** What is numbered so far never reaches the log. */
  forgetUnwritten(): void {
    this.#unwritten.clear();
  }

  /** Everything unwritten, as one record a partition. `clocks` by source. */
  async write(clocks: { source: string; timeMs: number }[] = [], partitions?: readonly number[]): Promise<void> {
    const byPartition = new Map<number, Map<string, Update[]>>();
    for (const partition of partitions ?? []) byPartition.set(partition, new Map());
    for (const [instrument, updates] of this.#unwritten) {
      const partition = this.partition(instrument);
      const batch = byPartition.get(partition) ?? new Map<string, Update[]>();
      batch.set(instrument, updates);
      byPartition.set(partition, batch);
    }
    this.#unwritten.clear();
    for (const [partition, updates] of byPartition) await this.writeBatch(partition, updates, clocks);
  }

  /** One record, of updates that may have been written before. */
  async writeBatch(
    partition: number,
    updates: Map<string, Update[]>,
    clocks: { source: string; timeMs: number }[] = [],
    epoch = this.epoch,
  ): Promise<void> {
    const value = encodeUpdateBatch({ epoch, ticksNext: 1, computedAtUs: Date.now() * 1_000, clocks, updates });
    const firsts = await this.#producer.send([{ partition, records: [{ key: undefined, value }] }]);
    this.#next.set(partition, (firsts.get(partition) as number) + 1);
  }

  /** Checkpoints the instruments as they are written now. */
  async checkpoint(instruments: readonly string[] = [...this.views.keys()]): Promise<void> {
    for (const partition of new Set(instruments.map((instrument) => this.partition(instrument)))) {
      const names = instruments.filter((instrument) => this.partition(instrument) === partition);
      const fence = this.#fences.get(partition) ?? (await this.#state.acquire(partition)).fence;
      this.#fences.set(partition, fence);
      const updatesNext = this.#next.get(partition) ?? 0;
      await this.#state.checkpoint(partition, fence, {
        instruments: names.map((instrument) => ({
          instrument,
          view: encodeView(this.view(instrument)),
          fold: new Uint8Array(),
          ticksNext: 1,
          updatesNext,
        })),
        bars: [],
        record: { epoch: this.epoch, ticksNext: 1, updatesNext, clocks: {}, sources: {} },
      });
    }
  }

  partition(instrument: string): number {
    return partitionOf(instrument, this.#log.partitions);
  }
}
