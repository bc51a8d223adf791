import type { DataMessage, TradeMessage } from '@tapecast/wire';
import type { TextsOfTrades } from './texts-of-trades.ts';
import type { ToldTrades } from './told-trades.ts';

/** What is there for a client that was away. */
export interface Missed {
  /**
   * These trades are not there any more. The client is at the second number then, and has to be given the base of the first
   * chunk, or the stream's state where there is none.
   */
  readonly lost: readonly [first: number, last: number] | undefined;
  /** What follows, without a hole. Of the first one it may have some blocks already. */
  readonly chunks: readonly Chunk[];
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
  readonly texts: TextsOfTrades;
  readonly streamNumber: number;
  readonly symbol: string;
  readonly #store: ToldTrades;
  /** Oldest first, without a hole between them. The last is open: it takes the next block. */
  #chunks: Chunk[] = [];
  #last = 0;

  constructor(store: ToldTrades, texts: TextsOfTrades, streamNumber: number, symbol: string) {
    this.#store = store;
    this.texts = texts;
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
   * What was told after number `from` to a client that has what was told up to there, so that all blocks past that number
   * apply. `withBase`: for who has no state of its own, so that the first chunk is one whose base is known.
   */
  since(from: number, withBase = false): Missed {
    if (from >= this.#last) return NOTHING;
    const at = this.#chunks.findIndex((chunk) => reaches(chunk, from));
    if (at >= 0 && (!withBase || hasBase(this.#chunks[at] as Chunk)))
      return { lost: undefined, chunks: this.#chunks.slice(at) };
    // Its trades went with the chunks that are gone: what is left is told, from its own base on.
    const next = this.#chunks.findIndex((chunk) => chunk.startAt > from && hasBase(chunk));
    const chunks = next < 0 ? [] : this.#chunks.slice(next);
    return { lost: [from + 1, chunks[0]?.startAt ?? this.#last], chunks };
  }

  /** Whether `since` loses nothing. */
  reaches(from: number, withBase = false): boolean {
    return this.since(from, withBase).lost === undefined;
  }

  /** The lowest number above `from` from which `since` has something to tell and loses nothing. */
  reachedAfter(from: number, withBase = false): number | undefined {
    for (const chunk of this.#chunks) {
      if (endOf(chunk) <= from || (withBase && !hasBase(chunk))) continue;
      const { startAt, told, baseAt, lasts } = chunk;
      if (startAt > from) return startAt;
      if (told && baseAt > from && baseAt < endOf(chunk)) return baseAt;
      const next = lasts.find((last) => last > from);
      if (next !== undefined && next < endOf(chunk)) return next;
    }
    return undefined;
  }

  /** For `ToldTrades` only, as the following. */
  isOpen(chunk: Chunk): boolean {
    return this.#chunks.at(-1) === chunk;
  }

  dropped(chunk: Chunk): void {
    if (this.#chunks[0] === chunk) this.#chunks.shift();
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
const NOTHING: Missed = { lost: undefined, chunks: [] };

const hasBase = ({ told, base }: Chunk): boolean => told || base !== undefined;

/** The blocks of a chunk past number `from`, one after the other. Valid until the chunk gets its next block. */
export function blocksAfter({ lasts, ends, bytes, used }: Chunk, from: number): Uint8Array {
  const next = lasts.findIndex((last) => last > from);
  if (next < 0) return NO_BYTES;
  return bytes.subarray(next === 0 ? 0 : ends[next - 1], used);
}

/** The number up to which a chunk tells. */
export const endOf = ({ lasts, baseAt }: Chunk): number => lasts.at(-1) ?? baseAt;

/** Whether there is something in it for a client at number `from`, where one of its blocks, or its base, ended. */
function reaches(chunk: Chunk, from: number): boolean {
  const { startAt, told, baseAt, lasts } = chunk;
  if (from < startAt || from >= endOf(chunk)) return false;
  return from === startAt || (told && from === baseAt) || lasts.includes(from);
}
