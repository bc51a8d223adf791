import type { Channel, InstrumentView, Sequence, Update } from '@tapecast/market';
import type { BatchEntry, StatusMessage } from '@tapecast/wire';
import type { Client } from '../fanout/client.ts';
import type { Fanout } from '../fanout/fanout.ts';
import { type FanoutSource, InstrumentFanout } from '../fanout/instrument-fanout.ts';
import {
  InstrumentState,
  isEmpty,
  type PendingReason,
  type StateListener,
  type StateSources,
} from './instrument-state.ts';
import type { PartitionCounts } from './partition-ledger.ts';

/** What a person reads in a `pending` status. */
const PENDING_REASONS: Readonly<Record<PendingReason, string>> = {
  store_unavailable: 'its state can not be read at the moment; tried again each second',
  snapshot_too_old: 'its last saved state is older than the updates kept here; waiting for the next',
  numbers_missing: 'updates between its saved state and the live ones are missing; waiting for the next saved state',
  unreadable: 'its saved state or an update can not be read; waiting for the next',
  no_data: 'nothing was heard of it yet',
};

export interface HeldOptions {
  symbol: string;
  number: number;
  partition: number;
  /** The venue that the catalogue names; undefined where the instrument is known from the log only. */
  venue: string | undefined;
  sources: StateSources;
  fanout: Fanout;
  streamNumber: FanoutSource['streamNumber'];
  /** Unix ms since when the venue's clock stands, undefined while it goes. */
  staleSince: (venue: string) => number | undefined;
  nowMs: () => number;
}

/** An instrument that somebody holds: its state, its subscribers, and what they are told of how it is. */
export class HeldInstrument implements StateListener, FanoutSource {
  readonly partition: number;
  readonly fanout: InstrumentFanout;
  readonly #options: HeldOptions;
  readonly #state: InstrumentState;
  #computedAtUs = 0;
  #pendingSinceMs: number;
  /** As last told; a client that joins is told it unless it is plainly live. */
  #toldState: StatusMessage['state'] | undefined;
  /** Named with it. */
  #toldEpoch: string | undefined;
  /** It had nothing to serve then. */
  #toldWithoutData = false;
  holds = 0;
  /** Unix ms at which the last hold went. */
  releasedAtMs = 0;

  constructor(options: HeldOptions) {
    this.#options = options;
    this.partition = options.partition;
    this.fanout = new InstrumentFanout(this, options.fanout);
    this.#pendingSinceMs = options.nowMs();
    this.#state = new InstrumentState(options.symbol, options.sources, this);
  }

  get symbol(): string {
    return this.#options.symbol;
  }

  get number(): number {
    return this.#options.number;
  }

  get view(): InstrumentView {
    return this.#state.view;
  }

  get live(): boolean {
    return this.#state.live;
  }

  /** See `InstrumentState`. */
  get currentAtMs(): number | undefined {
    return this.#state.currentAtMs;
  }

  /** See `InstrumentState`. */
  get aheadOfLog(): boolean {
    return this.#state.aheadOfLog;
  }

  /** Resolves when there is a state, or a reason why there is none. */
  get joined(): Promise<void> {
    return this.#state.joined;
  }

  /** See `InstrumentState`. */
  storedUpTo(): Promise<number> {
    return this.#state.storedUpTo();
  }

  updatesSince(offset: number, sequence: Sequence): Generator<Update> {
    return this.#state.updatesSince(offset, sequence);
  }

  /** Of its partition. */
  get counts(): PartitionCounts {
    return this.#options.sources.counts;
  }

  get venue(): string | undefined {
    return this.view.status?.source ?? this.#options.venue;
  }

  take(offset: number, epoch: string, computedAtUs: number, entry: BatchEntry): void {
    this.#computedAtUs = computedAtUs;
    this.#state.take(offset, epoch, entry);
  }

  streamNumber(channel: Channel, interval: number): number {
    return this.#options.streamNumber(channel, interval);
  }

  applied(update: Update): void {
    this.fanout.applied(this.view, update, this.#computedAtUs);
    if (update.sequence === 'status' || this.#toldWithoutData) this.#tellStatus();
  }

  adopted(): void {
    this.fanout.adopted(this.view);
    if (this.#toldState === undefined) return;
    // Who was answered no epoch is told it before anything else.
    const { state } = this.status();
    if (state !== this.#toldState || this.#toldEpoch === undefined) this.#tellStatus();
  }

  /** The partition's records are of this epoch from now on. */
  epochBegan(epoch: string): void {
    this.#state.epochBegan(epoch);
  }

  pending(_reason: PendingReason): void {
    if (this.#toldState !== 'pending') this.#pendingSinceMs = this.#options.nowMs();
    this.#tellStatus();
  }

  /** The venue's clock stopped or goes again. */
  clockTurned(): void {
    if (!this.#withoutData) this.#tellStatus();
  }

  /** A client that just joined is told how the instrument is, unless it is plainly live. */
  tellStatusTo(client: Client, nowUs: number): void {
    const message = this.status();
    if (message.state === 'live') return;
    if (this.#toldState === undefined) this.#told(message);
    client.tell(message, nowUs);
  }

  /** The log lost records of the partition. */
  recheck(): void {
    this.#state.recheck();
  }

  stop(): void {
    this.#state.stop();
  }

  /** How the instrument is now. */
  status(): StatusMessage {
    const { epoch } = this.view;
    const status = { type: 'status', symbol: this.symbol, ...this.#condition() } as const;
    return epoch === '' ? status : { ...status, epoch };
  }

  #condition(): Pick<StatusMessage, 'state' | 'since' | 'source' | 'reason'> {
    const { status } = this.view;
    const source = this.venue ?? '';
    if (this.#withoutData) {
      const why = this.live ? 'no_data' : this.#state.pendingReason;
      const reason = why === undefined ? 'its state is being read' : PENDING_REASONS[why];
      return { state: 'pending', since: this.#pendingSinceMs, source, reason };
    }
    const staleSince = source === '' ? undefined : this.#options.staleSince(source);
    // What the venue says of the instrument (halted, closed) explains the silence better than its clock does.
    if (staleSince !== undefined && (status === undefined || status.state === 'live'))
      return { state: 'stale', since: staleSince, source, reason: `nothing is heard from ${source}` };
    if (status !== undefined)
      return { state: status.state, since: status.sinceMs, source: status.source, reason: status.reason };
    return { state: 'live', since: Math.floor(latestUs(this.view) / 1000), source, reason: '' };
  }

  #tellStatus(): void {
    const message = this.status();
    this.#told(message);
    this.fanout.status(message);
  }

  #told({ state, epoch }: StatusMessage): void {
    this.#toldState = state;
    this.#toldEpoch = epoch;
    this.#toldWithoutData = this.#withoutData;
  }

  get #withoutData(): boolean {
    return !this.live || isEmpty(this.view);
  }
}

const latestUs = (view: InstrumentView): number =>
  Math.max(view.quoteTimestampUs, view.bookTimestampUs, view.trades.at(-1)?.timestampUs ?? 0);
