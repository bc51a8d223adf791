import type { DataMessage, TradeMessage } from '@tapecast/wire';
import type { ToldTrades } from './told-trades.ts';

/** What a client that was away is to be sent, in this order. Bytes are valid until `replay` returns. */
export interface Replay {
  /** The trades of these numbers are not there any more. `base` or `whole` follows. */
  hole(first: number, last: number): void;
  /** The trade that the next differences are made against, which is not to be told as new; undefined: the stream's newest. */
  base(state: DataMessage | undefined): void;
  whole(message: TradeMessage): void;
  /** Differences, one block after the other, up to number `last`. */
  blocks(bytes: Uint8Array, last: number): void;
  /** No more for now: the rest is asked for later. */
  readonly full: boolean;
}

/** Differences that follow each other without a break, and what the first of them is made against. */
export interface Chunk {
  readonly ring: ToldRing;
  /** What a client has at number `baseAt`. Undefined where it is not known here, so that only who has it can go on from it. */
  readonly base: DataMessage | undefined;
  readonly baseAt: number;
  /** `base` was told to all at this place, as a message of its own, to those at number `startAt`; else that is `baseAt`. */
  readonly told: boolean;
  readonly startAt: number;
  openedAtMs: number;
  newestAtMs: number;
  bytes: Uint8Array;
  used: number;
  /** Where each block ends, and with which number. */
  readonly ends: number[];
  readonly lasts: number[];
  gone: boolean;
}

/** What the subscribers of one stream of trades were told. */
export class ToldRing {
  readonly streamNumber: number;
  readonly symbol: string;
  readonly #store: ToldTrades;
  /** Oldest first, without a hole between them. The last is open: it takes the next block. */
  #chunks: Chunk[] = [];
  #last = 0;

  constructor(store: ToldTrades, streamNumber: number, symbol: string) {
    this.#store = store;
    this.streamNumber = streamNumber;
    this.symbol = symbol;
  }

  /** The number up to which all were told. */
  get last(): number {
    return this.#last;
  }

  /**
   * Subscribers are at number `told`, with that state: at the stream's beginning, and where they were told that trades are
   * lost or that numbers begin anew. Nothing from before is told again.
   */
  restart(told: number, base?: DataMessage): void {
    this.close();
    this.#last = told;
    this.#begin(base, told, false, told);
  }

  /** A block of differences went out, up to number `last`; it is copied. `state` gives what subscribers have with it. */
  block(block: Uint8Array, last: number, state: () => DataMessage | undefined): void {
    if (this.#chunks.length === 0) this.#begin(undefined, this.#last, false, this.#last);
    const full = this.#store.append(this.#chunks.at(-1) as Chunk, block, last);
    this.#last = last;
    if (full) this.#begin(state(), last, false, last);
  }

  /** A trade went out as a message of its own: what follows is made against it. */
  whole(message: TradeMessage): void {
    const [first, last] = message.range ?? [this.#last + 1, this.#last + 1];
    this.#last = last;
    // The caller uses its message again.
    this.#begin({ ...message, range: [first, last], trade: { ...message.trade } }, last, true, first - 1);
  }

  /** Gives its bytes back. */
  close(): void {
    for (const chunk of this.#chunks) this.#store.drop(chunk);
    this.#chunks = [];
  }

  /**
   * What was told after number `from`, to a client that has what was told up to there. Returns the number up to which it is
   * brought by that: the newest, unless the replay was full before.
   */
  replay(from: number, to: Replay): number {
    if (from >= this.#last) return this.#last;
    const at = this.#chunks.findIndex((chunk) => reaches(chunk, from));
    return at >= 0 ? this.#chunksFrom(at, from, to) : this.#afterHole(from, to);
  }

  /**
   * The same for who has no state of its own: each chunk comes whole, after its base, so that what is up to number `from`
   * is to be left out by the caller.
   */
  replayWithBase(from: number, to: Replay): number {
    if (from >= this.#last) return this.#last;
    const at = this.#chunks.findIndex((chunk) => reaches(chunk, from));
    const chunk = this.#chunks[at];
    if (chunk === undefined || (!chunk.told && chunk.base === undefined)) return this.#afterHole(from, to);
    if (!chunk.told) to.base(chunk.base);
    return this.#chunksFrom(at, chunk.startAt, to);
  }

  /** For `ToldTrades` only, as the following. */
  isOpen(chunk: Chunk): boolean {
    return this.#chunks.at(-1) === chunk;
  }

  dropped(chunk: Chunk): void {
    if (this.#chunks[0] === chunk) this.#chunks.shift();
  }

  /** Its trades went with the chunks that are gone: what is left is told, from its own base on. */
  #afterHole(from: number, to: Replay): number {
    const at = this.#chunks.findIndex((chunk) => chunk.startAt > from && (chunk.told || chunk.base !== undefined));
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      to.hole(from + 1, this.#last);
      to.base(undefined);
      return this.#last;
    }
    to.hole(from + 1, chunk.startAt);
    if (!chunk.told) to.base(chunk.base);
    return this.#chunksFrom(at, chunk.startAt, to);
  }

  #chunksFrom(index: number, from: number, to: Replay): number {
    for (let at = index; at < this.#chunks.length; at++) {
      const { told, base, baseAt, startAt, lasts, ends, bytes, used } = this.#chunks[at] as Chunk;
      if (to.full && at > index) return startAt;
      if (told && baseAt > from) to.whole(base as TradeMessage);
      const next = lasts.findIndex((last) => last > from);
      if (next < 0) continue;
      const begin = next === 0 ? 0 : (ends[next - 1] as number);
      to.blocks(bytes.subarray(begin, used), lasts.at(-1) as number);
    }
    return this.#last;
  }

  #begin(base: DataMessage | undefined, baseAt: number, told: boolean, startAt: number): void {
    const chunk: Chunk = {
      ring: this,
      base,
      baseAt,
      told,
      startAt,
      openedAtMs: 0,
      newestAtMs: 0,
      bytes: NO_BYTES,
      used: 0,
      ends: [],
      lasts: [],
      gone: false,
    };
    // An open chunk that nothing was added to has no more use.
    const before = this.#chunks.at(-1);
    if (before !== undefined && before.ends.length === 0 && !before.told) {
      this.#store.drop(before);
      this.#chunks.pop();
    }
    this.#chunks.push(chunk);
    this.#store.begun(chunk);
  }
}

const NO_BYTES = new Uint8Array();

/** Whether a client at number `from` is where one of its blocks, or its base, ended. */
function reaches({ startAt, told, baseAt, lasts }: Chunk, from: number): boolean {
  if (from === startAt || (told && from === baseAt)) return true;
  return from > startAt && from < (lasts.at(-1) ?? baseAt) && lasts.includes(from);
}
