import {
  type Channel,
  cutBook,
  diffLevels,
  type InstrumentView,
  type Interval,
  type Kline,
  type Update,
} from '@tapecast/market';
import { type DataMessage, DeltaStream, type DepthMessage, depthOf, intervalOf, sequenceOf } from '@tapecast/wire';

/** Blocks that follow each other. */
export interface Differences {
  readonly block: Uint8Array;
  readonly updates: number;
}

/** What a stream said at one flush, in every way in which it can be said. */
export interface Said {
  readonly number: number;
  /** As JSON clients are told: quotes and k-lines whole, the levels that changed, trades. */
  readonly messages: DataMessage[];
  /** Levels in `messages` that changed. */
  readonly levels: number;
  /** Differences, and whole messages where no difference could be told, in their order. */
  readonly parts: (Differences | DataMessage)[];
}

/**
 * One stream as the gateway tells it: at interval 0 each update as it comes, else one of the state at the flush, but trades
 * and final bars each for itself.
 */
export class WatchedStream {
  readonly number: number;
  readonly channel: Channel;
  readonly #view: InstrumentView;
  readonly #merged: boolean;
  readonly #levels: 5 | 20 | 50 | undefined;
  readonly #interval: Interval | undefined;
  readonly #delta: DeltaStream;
  #told: number;
  #bids: number[] = [];
  #asks: number[] = [];
  #waiting: Update[] = [];
  #messages: DataMessage[] = [];
  #parts: (Differences | DataMessage)[] = [];
  #changed = 0;
  #due = false;

  /** `view` is the one that updates are applied to before `applied`. */
  constructor(number: number, channel: Channel, view: InstrumentView, merged: boolean) {
    this.number = number;
    this.channel = channel;
    this.#view = view;
    this.#merged = merged;
    this.#levels = depthOf(channel);
    this.#interval = intervalOf(channel);
    this.#told = view.seqs[sequenceOf(channel)];
    this.#delta = new DeltaStream(number, channel);
    this.#delta.begin(this.#state(), this.#told);
    if (this.#levels !== undefined) this.#keepBook(view.bids, view.asks);
  }

  get symbol(): string {
    return this.#view.instrument;
  }

  /** What a client is shown that comes before the play begins. */
  shown(): DataMessage | undefined {
    return this.#delta.state();
  }

  applied(update: Update): void {
    this.#due = true;
    const { body } = update;
    if (body.kind === 'quote' || body.kind === 'depth') {
      if (!this.#merged) this.#tellState();
      return;
    }
    const last = this.#waiting.at(-1)?.body;
    const replaces =
      last?.kind === 'kline' && body.kind === 'kline' && !last.final && last.startMs === body.startMs && this.#merged;
    if (replaces) this.#waiting.pop();
    this.#waiting.push(update);
    if (!this.#merged) this.#tellWaiting();
  }

  /** undefined where nothing was said. */
  flush(): Said | undefined {
    if (!this.#due) return undefined;
    this.#due = false;
    if (this.#merged) {
      this.#tellWaiting();
      if (this.channel === 'quote' || this.#levels !== undefined) this.#tellState();
    }
    if (this.#messages.length === 0) return undefined;
    this.#cut();
    const said = {
      number: this.number,
      messages: this.#messages,
      levels: this.#changed,
      parts: this.#parts,
    };
    this.#messages = [];
    this.#parts = [];
    this.#changed = 0;
    return said;
  }

  #tellWaiting(): void {
    for (const update of this.#waiting) {
      const message = this.#ofUpdate(update);
      this.#messages.push(message);
      this.#told = update.last;
      this.#tell(message);
    }
    this.#waiting = [];
  }

  #tellState(): void {
    const seq = this.#view.seqs[sequenceOf(this.channel)];
    if (seq <= this.#told) return;
    const range: [number, number] = [this.#told + 1, seq];
    const whole = this.#ofState(range);
    if (whole.type === 'l2_snapshot') {
      const bids = diffLevels(this.#bids, whole.bids);
      const asks = diffLevels(this.#asks, whole.asks);
      // What leaves the cut as it was is covered by the next that changes it.
      if (bids.length + asks.length === 0) return;
      this.#changed += (bids.length + asks.length) / 2;
      this.#keepBook(whole.bids, whole.asks);
      this.#messages.push({ ...whole, type: 'l2_update', bids, asks });
    } else {
      this.#messages.push(whole);
    }
    this.#told = seq;
    this.#tell(whole);
  }

  #tell(message: DataMessage): void {
    if (this.#delta.add(message)) return;
    this.#cut();
    this.#parts.push(message);
  }

  #cut(): void {
    const updates = this.#delta.pendingUpdates;
    if (updates > 0) this.#parts.push({ block: this.#delta.take().slice(), updates });
  }

  #keepBook(bids: readonly number[], asks: readonly number[]): void {
    const levels = this.#levels as number; // Asked for depths only.
    this.#bids = cutBook(bids as number[], levels);
    this.#asks = cutBook(asks as number[], levels);
  }

  /** What a new client is shown; a trade as history. */
  #state(): DataMessage | undefined {
    if (this.#told === 0) return undefined;
    const range: [number, number] = [this.#told, this.#told];
    if (this.channel === 'trade') {
      const last = this.#view.trades.at(-1);
      if (last === undefined) return undefined;
      const { kind: _, seq, timestampUs, priceDecimals, sizeDecimals, ...trade } = last;
      const head = { symbol: this.#view.instrument, priceDecimals, sizeDecimals, timestamp: toMs(timestampUs) };
      return { ...head, type: 'trade', channel: 'trade', range: undefined, historySeq: seq, trade };
    }
    if (this.#interval === undefined) return this.#ofState(range);
    const bar = this.#view.bars[this.#interval];
    return bar === undefined ? undefined : this.#bar(bar, bar.timestampUs, range);
  }

  #ofState(range: [number, number]): DataMessage {
    const view = this.#view;
    const { priceDecimals, sizeDecimals } = view;
    const head = { symbol: view.instrument, range, priceDecimals, sizeDecimals };
    if (this.#levels === undefined) {
      const timestamp = toMs(view.quoteTimestampUs);
      return { ...head, type: 'quote', channel: 'quote', timestamp, quote: { ...view.quote } };
    }
    const cut: Pick<DepthMessage, 'bids' | 'asks'> = {
      bids: cutBook(view.bids, this.#levels),
      asks: cutBook(view.asks, this.#levels),
    };
    return { ...head, ...cut, type: 'l2_snapshot', channel: this.channel, timestamp: toMs(view.bookTimestampUs) };
  }

  #ofUpdate(update: Update): DataMessage {
    const { body, timestampUs, priceDecimals, sizeDecimals } = update;
    const range: [number, number] = [this.#told + 1, update.last];
    if (body.kind === 'kline') return this.#bar(body, timestampUs, range);
    if (body.kind !== 'trade') throw new Error(`${body.kind} is told from the state`);
    const { kind: _, ...trade } = body;
    const head = { symbol: this.#view.instrument, range, priceDecimals, sizeDecimals, timestamp: toMs(timestampUs) };
    return { ...head, type: 'trade', channel: 'trade', historySeq: undefined, trade };
  }

  #bar(bar: Kline, timestampUs: number, range: [number, number]): DataMessage {
    const { priceDecimals, sizeDecimals, instrument: symbol } = this.#view;
    const { interval, startMs, open, high, low, close, volume, turnover, trades, final, revision } = bar;
    const kline = { interval, startMs, open, high, low, close, volume, turnover, trades, final, revision };
    const head = { symbol, range, priceDecimals, sizeDecimals, timestamp: toMs(timestampUs) };
    return { ...head, type: 'kline', channel: this.channel, kline };
  }
}

const toMs = (us: number): number => Math.floor(us / 1000);
