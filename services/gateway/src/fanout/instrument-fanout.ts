import { type Channel, type InstrumentView, SEQUENCES, type Sequence, type Update } from '@tapecast/market';
import { type NoticeMessage, type StatusMessage, sequenceOf } from '@tapecast/wire';
import type { ToldTrades } from '../slow/told-trades.ts';
import type { PartitionCounts } from '../subscriptions/partition-ledger.ts';
import type { Paces } from './paces.ts';
import { StreamGroup } from './stream-group.ts';

/** Times of one update on its way, for the histograms of hops. Unix microseconds. */
export type ObserveHops = (receivedAtUs: number, computedAtUs: number, publishedAtUs: number) => void;

/** The instrument whose streams these are. */
export interface FanoutSource {
  readonly symbol: string;
  /** Names the instrument within the gateway. */
  readonly number: number;
  /** The state; what was applied to it was given to `applied`, its other changes to `adopted`. */
  readonly view: InstrumentView;
  /** Unix ms of a moment at which the state had all that the log had; undefined where that can't be told. */
  readonly currentAtMs: number | undefined;
  /** The state came from the store, and has more than was read of the log. */
  readonly aheadOfLog: boolean;
  /** Of its partition: what becomes of what its streams take is added to them. */
  readonly counts: Pick<PartitionCounts, 'streams' | 'deliveries'>;
  /** Names a stream, always the same one. */
  streamNumber(channel: Channel, interval: number): number;
}

/** Who has streams flushed. */
export interface FlushQueue {
  /** Where trades are kept for those who can't be told them now; without it they are told a hole. */
  readonly toldTrades: ToldTrades | undefined;
  readonly paces: Paces;
  /** At the next moment of the stream's pace; for interval 0 that is the end of this turn. */
  mark(group: StreamGroup): void;
  /** At the end of this turn, whatever its interval. */
  markUrgent(group: StreamGroup): void;
  /** What a stream tells could not be encoded: its clients see a hole, and get a whole state with its next update. */
  failed(symbol: string, error: unknown): void;
  /** Is told to all who have a stream, for those who keep a record of it. */
  noted(message: NoticeMessage): void;
  /** The instrument has statuses to tell, or times of updates to be counted, at the end of this turn. */
  markInstrument(instrument: InstrumentFanout): void;
}

/** All streams of one instrument, and its status. */
export class InstrumentFanout {
  readonly #source: FanoutSource;
  readonly #queue: FlushQueue;
  readonly #streams: Record<Sequence, StreamGroup[]>;
  #size = 0;
  #epoch = '';
  #firstEpoch = '';
  /** Told to all who hold it with the next flush. */
  readonly statuses: StatusMessage[] = [];
  /** Counts the statuses of the gateway: which this instrument was told last. */
  statusSerial = 0;
  marked = false;
  /** receivedAtUs and computedAtUs of the updates since the last flush, in turn. */
  readonly #times: number[] = [];

  constructor(source: FanoutSource, queue: FlushQueue) {
    this.#source = source;
    this.#queue = queue;
    this.#streams = Object.fromEntries(SEQUENCES.map((sequence) => [sequence, [] as StreamGroup[]])) as Record<
      Sequence,
      StreamGroup[]
    >;
  }

  get symbol(): string {
    return this.#source.symbol;
  }

  get number(): number {
    return this.#source.number;
  }

  get view(): InstrumentView {
    return this.#source.view;
  }

  /** The first epoch that there was: a status named it to those whose answer had none. */
  get firstEpoch(): string {
    return this.#firstEpoch;
  }

  get currentAtMs(): number | undefined {
    return this.#source.currentAtMs;
  }

  get aheadOfLog(): boolean {
    return this.#source.aheadOfLog;
  }

  get counts(): FanoutSource['counts'] {
    return this.#source.counts;
  }

  /** Numbers that its streams took, and that are neither told nor given up. */
  get waiting(): number {
    let waiting = 0;
    for (const sequence of SEQUENCES) for (const group of this.#streams[sequence]) waiting += group.waiting;
    return waiting;
  }

  get empty(): boolean {
    return this.#size === 0;
  }

  /** The stream, if somebody has it. */
  stream(channel: Channel, interval = 0): StreamGroup | undefined {
    return this.#streams[sequenceOf(channel)].find((one) => one.channel === channel && one.interval === interval);
  }

  /** The stream, made where nobody has it yet: nothing of this turn may be pending. Given back with `release`. */
  hold(channel: Channel, interval: number): StreamGroup {
    let group = this.stream(channel, interval);
    if (group === undefined) {
      const number = this.#source.streamNumber(channel, interval);
      group = new StreamGroup(this, channel, interval, number, this.#queue.paces, this.#queue.toldTrades);
      this.#streams[group.sequence].push(group);
      this.#size++;
      this.#epoch = this.view.epoch;
    }
    group.holds++;
    return group;
  }

  noted(message: NoticeMessage): void {
    this.#queue.noted(message);
  }

  release(group: StreamGroup): void {
    if (--group.holds > 0) return;
    group.end();
    const groups = this.#streams[group.sequence];
    groups.splice(groups.indexOf(group), 1);
    this.#size--;
  }

  applied(view: InstrumentView, update: Update, computedAtUs: number): void {
    if (this.#size === 0) return;
    for (const group of this.#streams[update.sequence]) {
      try {
        group.applied(view, update);
      } catch (error) {
        this.#queue.failed(this.symbol, error);
      }
      if (!group.marked) this.#queue.mark(group);
    }
    this.#times.push(update.receivedAtUs, computedAtUs);
    if (!this.marked) this.#queue.markInstrument(this);
  }

  adopted(view: InstrumentView): void {
    const epochChanged = this.#epoch !== '' && view.epoch !== this.#epoch;
    this.#epoch = view.epoch;
    if (this.#firstEpoch === '') this.#firstEpoch = view.epoch;
    if (this.#size === 0) return;
    for (const sequence of SEQUENCES) {
      for (const group of this.#streams[sequence]) {
        try {
          group.adopted(view, epochChanged);
        } catch (error) {
          this.#queue.failed(this.symbol, error);
        }
        this.#queue.markUrgent(group);
      }
    }
  }

  /** Tells everyone who holds the instrument, before the data of the same flush. */
  status(message: StatusMessage): void {
    if (this.#size === 0) return;
    this.statuses.push(message);
    this.#queue.markInstrument(this);
  }

  observed(observe: ObserveHops, publishedAtUs: number): void {
    const times = this.#times;
    for (let i = 0; i < times.length; i += 2) observe(times[i] as number, times[i + 1] as number, publishedAtUs);
    times.length = 0;
  }
}
