import type { Update } from '@tapecast/market';

/** Bytes of an encoded update, roughly: an instrument's index entry is counted with its first update. */
const BYTES = { trade: 72, quote: 112, depth: 40, kline: 104, status: 72 } as const;
const BYTES_PER_LEVEL_NUMBER = 4;
export const BYTES_PER_INSTRUMENT = 64;

export function estimateBytes(update: Update): number {
  const { body } = update;
  return body.kind === 'depth'
    ? BYTES.depth + (body.bids.length + body.asks.length) * BYTES_PER_LEVEL_NUMBER
    : BYTES[body.kind];
}

export interface FinishedBar {
  instrument: string;
  update: Update;
}

/** An instrument as the fold knows it: it keeps the list that takes its updates, so that none is looked up per update. */
export interface ListHolder {
  readonly instrument: string;
  list: Update[] | undefined;
}

/** What was folded of one partition in one epoch and is not yet on its way to `md.updates`. */
export class PendingUpdates {
  readonly epoch: string;
  readonly updates = new Map<string, Update[]>();
  /** Newest clock of each source that spoke. */
  readonly clocks = new Map<string, number>();
  /** Bars that became final, or were revised, among the updates. */
  readonly bars: FinishedBar[] = [];
  count = 0;
  bytes = 0;
  /** Offset in md.ticks of the first tick that may be folded into this: all before is in earlier batches. */
  readonly ticksFrom: number;
  /** Offset in md.ticks after the last tick folded into this. */
  ticksNext: number;
  /** Unix µs at which ingest had the first tick that is told by this. */
  receivedAtUs = 0;
  private readonly holders: ListHolder[] = [];

  constructor(epoch: string, ticksFrom: number) {
    this.epoch = epoch;
    this.ticksFrom = ticksFrom;
    this.ticksNext = ticksFrom;
  }

  add(holder: ListHolder, update: Update): void {
    let { list } = holder;
    if (list === undefined) {
      list = [];
      holder.list = list;
      this.holders.push(holder);
      this.updates.set(holder.instrument, list);
      this.bytes += BYTES_PER_INSTRUMENT;
    }
    list.push(update);
    this.count++;
    this.bytes += estimateBytes(update);
    if (update.body.kind === 'kline' && update.body.final) this.bars.push({ instrument: holder.instrument, update });
  }

  /** Nothing is added after this: the next update of each instrument goes to the next batch, and quiet ones hold nothing. */
  seal(): void {
    for (const holder of this.holders) holder.list = undefined;
    this.holders.length = 0;
  }

  /** True when a record of md.updates is owed for it. */
  get owed(): boolean {
    return this.count > 0 || this.clocks.size > 0;
  }
}
