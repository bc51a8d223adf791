import type { Channel, Levels } from '@tapecast/market';
import { depthOf, intervalOf } from './channel-names.ts';
import { DepthDelta } from './delta-depth.ts';
import { KlineDelta } from './delta-kline.ts';
import { QuoteDelta } from './delta-quote.ts';
import { CANT_SAY, type DeltaState } from './delta-state.ts';
import { TradeDelta } from './delta-trade.ts';
import { DELTAS_PER_KEYFRAME } from './limits.ts';
import type { DataMessage } from './messages.ts';
import { putVarint } from './varint.ts';
import { WireError } from './wire-error.ts';

/** Bytes kept free before a block's updates for its head: stream and form of 8 bytes each, and the check. */
const HEAD_BYTES_MAX = 17;
/** Bytes that a stream starts with: its usual flush. It grows. */
const BYTES_AT_FIRST = 64;
/** `check` is the first number of a block modulo this. */
export const CHECK_MODULUS = 128;

/** The state that differences of a channel are made against. */
export function deltaState(channel: Channel): DeltaState<DataMessage> {
  const cut = depthOf(channel);
  const interval = intervalOf(channel);
  let state: unknown;
  if (channel === 'quote') state = new QuoteDelta();
  else if (cut !== undefined) state = new DepthDelta(channel, cut);
  else if (interval !== undefined) state = new KlineDelta(channel, interval);
  else state = new TradeDelta();
  return state as DeltaState<DataMessage>; // A state is only ever given messages of its channel: `checkChannel`.
}

/**
 * The sending side of one stream: its state as told, and the differences since they were last taken. Adding one allocates
 * nothing but what exact sums need.
 */
export class DeltaStream {
  readonly number: number;
  readonly channel: Channel;
  readonly #state: DeltaState<DataMessage>;
  #symbol: string | undefined;
  #told = 0;
  #sinceKeyframe = 0;
  #toldOther = false;
  #bytes = new Uint8Array(BYTES_AT_FIRST);
  /** Finished blocks, then, from `#updatesAt` on, the updates of the open one, with room for its head before them. */
  #start = HEAD_BYTES_MAX;
  #end = HEAD_BYTES_MAX;
  #updatesAt = HEAD_BYTES_MAX;
  #at = HEAD_BYTES_MAX;
  /** Of the open block; it has none where `#openUpdates` is 0. */
  #openFirst = 0;
  #openUpdates = 0;
  #openCovered = 0;
  #pendingUpdates = 0;

  constructor(number: number, channel: Channel) {
    this.number = number;
    this.channel = channel;
    this.#state = deltaState(channel);
  }

  /** The last number that the state covers; 0 before anything. */
  get told(): number {
    return this.#told;
  }

  /** Updates since the last `take`. */
  get pendingUpdates(): number {
    return this.#pendingUpdates;
  }

  /** Bytes that `take` gives, or some fewer. */
  get pendingBytes(): number {
    return this.#pendingUpdates === 0 ? 0 : this.#end - this.#start + this.#at - this.#updatesAt + 2;
  }

  /** What was told last is not the state (an older bar, sent again), but of who was told it it is. The next is told whole. */
  get toldOther(): boolean {
    return this.#toldOther;
  }

  /**
   * Sets the state without telling it: `whole` is a quote, l2_snapshot, kline or trade, or nothing where there is no state.
   * Nothing may be pending.
   */
  begin(whole: DataMessage | undefined, told: number): void {
    this.#told = told;
    this.#sinceKeyframe = 0;
    this.#symbol = undefined;
    this.#toldOther = false;
    this.#state.forget();
    if (whole !== undefined) this.#set(whole);
  }

  /**
   * Adds what turns the state into `whole`, which covers the numbers after `told`. False: this can't be said as a
   * difference, and the caller sends `whole` itself, after what is pending. The state is `whole` afterwards in both cases.
   * A quote and levels may be those of a live view: they are copied. Of a book the first levels are looked at, as many as
   * the channel has.
   */
  add(whole: DataMessage): boolean {
    const { range } = whole;
    if (range === undefined) throw new WireError('inconsistent', 'history is no update');
    const first = this.#told + 1;
    const covered = range[1] - this.#told;
    if (this.#symbol !== undefined && range[0] === first && covered > 0 && this.#sinceKeyframe < DELTAS_PER_KEYFRAME) {
      if (this.#openUpdates > 0 && (covered > 1 || this.#openCovered !== this.#openUpdates)) this.#close();
      this.#makeRoom(this.#state.bytesAtMost(whole));
      const end = this.#state.encode(this.#bytes, this.#at, whole, covered);
      if (end !== CANT_SAY) {
        if (this.#openUpdates === 0) this.#openFirst = first;
        this.#at = end;
        this.#openUpdates++;
        this.#openCovered += covered;
        this.#pendingUpdates++;
        this.#sinceKeyframe++;
        this.#told = range[1];
        return true;
      }
    }
    this.#sinceKeyframe = 0;
    this.#told = range[1];
    this.#set(whole);
    return false;
  }

  /** Of a book: whether the first levels, as many as the channel has, are as told. Their decimals are the caller's to compare. */
  sameLevels(bids: Levels, asks: Levels): boolean {
    return this.#symbol !== undefined && this.#state instanceof DepthDelta && this.#state.same(bids, asks);
  }

  /** The state as told, as one whole message of range [told, told]; a trade as history. undefined where there is none. */
  state(): DataMessage | undefined {
    return this.#symbol === undefined ? undefined : this.#state.whole(this.#symbol, this.#told);
  }

  /** The blocks since the last take, valid until the next `add`. Empty where there are none. */
  take(): Uint8Array {
    if (this.#openUpdates > 0) this.#close();
    const block = this.#bytes.subarray(this.#start, this.#end);
    this.#start = HEAD_BYTES_MAX;
    this.#end = HEAD_BYTES_MAX;
    this.#updatesAt = HEAD_BYTES_MAX;
    this.#at = HEAD_BYTES_MAX;
    this.#pendingUpdates = 0;
    return block;
  }

  #set(whole: DataMessage): void {
    if (whole.channel !== this.channel) {
      throw new WireError('inconsistent', `a message of ${whole.channel} in a stream of ${this.channel}`);
    }
    this.#symbol = whole.symbol;
    // Whoever was sent a bar that is not the newest has it as a base, which a new subscriber has not: what follows is whole.
    this.#toldOther = !this.#state.set(whole);
    if (this.#toldOther) this.#sinceKeyframe = DELTAS_PER_KEYFRAME;
  }

  /** Writes the open block's head before its updates. */
  #close(): void {
    const bytes = this.#bytes;
    const many = this.#openUpdates > 1;
    let length: number;
    if (this.#openCovered === 1) {
      length = putVarint(HEAD, 0, this.number * 2);
    } else {
      length = putVarint(HEAD, 0, this.number * 2 + 1);
      length = putVarint(HEAD, length, this.#openCovered * 2 + (many ? 1 : 0));
    }
    HEAD[length++] = this.#openFirst % CHECK_MODULUS;
    if (this.#end === HEAD_BYTES_MAX) {
      // The first block: its head goes into the room before it.
      this.#start = this.#updatesAt - length;
      for (let i = 0; i < length; i++) bytes[this.#start + i] = HEAD[i]!;
      this.#end = this.#at;
    } else {
      bytes.copyWithin(this.#end + length, this.#updatesAt, this.#at);
      for (let i = 0; i < length; i++) bytes[this.#end + i] = HEAD[i]!;
      this.#end += length + this.#at - this.#updatesAt;
    }
    this.#updatesAt = this.#end + HEAD_BYTES_MAX;
    this.#at = this.#updatesAt;
    this.#openUpdates = 0;
    this.#openCovered = 0;
  }

  #makeRoom(more: number): void {
    const need = this.#at + more;
    if (need <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(need, 2 * this.#bytes.length));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Where heads are made. */
const HEAD = new Uint8Array(HEAD_BYTES_MAX);
