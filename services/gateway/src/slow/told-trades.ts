import type { GatewayLimits } from '../limits.ts';
import { TextsOfTrades } from './texts-of-trades.ts';
import { type Chunk, ToldRing } from './told-ring.ts';

export type ToldTradesLimits = Pick<GatewayLimits, 'toldTradesMs' | 'toldTradesBytes'>;

const CHUNK_BYTES_FIRST = 256;
/** A chunk goes as a whole, so it may not reach over too much of the time that is kept. */
const CHUNK_BYTES_FULL = 4_096;
const CHUNKS_IN_TIME = 8;
/** What a block costs beside its bytes: where it ends, and with which number. */
const INDEX_BYTES = 16;
/** What a chunk costs beside that, with its base. */
const CHUNK_BYTES = 600;
const NO_BYTES = new Uint8Array();

/**
 * What subscribers of trades were told in the last seconds, so that one who could not be told it then is told it now. What is
 * kept are the very bytes that went out: differences from trade to trade, some 9 bytes each. A client is always at a number at
 * which a block ended, so the blocks after it are all that it needs, whoever it is, and nothing is encoded again.
 *
 * All rings share one bound of time and one of bytes: the oldest chunk of all goes first.
 */
export class ToldTrades {
  readonly #limits: ToldTradesLimits;
  readonly #nowMs: () => number;
  /** In the order in which they were begun; emptied from its head. */
  #chunks: (Chunk | undefined)[] = [];
  #head = 0;
  #bytes = 0;
  readonly #texts = new TextsOfTrades();

  constructor(limits: ToldTradesLimits, nowMs: () => number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  /** Of all blocks that are kept, with their index. */
  get bytes(): number {
    return this.#bytes;
  }

  /** For one stream of trades. Whoever asks for it closes it. */
  ring(streamNumber: number, symbol: string): ToldRing {
    return new ToldRing(this, this.#texts, streamNumber, symbol);
  }

  /** Lets go what is too old. */
  sweep(): void {
    const nowMs = this.#nowMs();
    for (;;) {
      const oldest = this.#chunks[this.#head];
      if (oldest === undefined) break;
      if (!oldest.gone) {
        if (nowMs - oldest.newestAtMs < this.#limits.toldTradesMs) break;
        if (oldest.ring.isOpen(oldest)) {
          // The differences to come are made against it. It is looked at again when others of its age have gone.
          oldest.newestAtMs = nowMs;
          this.#chunks[this.#head++] = undefined;
          this.#chunks.push(oldest);
          continue;
        }
      }
      this.#dropOldest(oldest);
    }
    if (this.#head > 1_024 && this.#head * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#head);
      this.#head = 0;
    }
  }

  /** This and the following are for the rings only. */
  begun(chunk: Chunk): void {
    chunk.openedAtMs = this.#nowMs();
    chunk.newestAtMs = chunk.openedAtMs;
    this.#chunks.push(chunk);
    this.#grew(CHUNK_BYTES);
  }

  /** True where the chunk is full now: the next block needs another. */
  append(chunk: Chunk, block: Uint8Array, last: number): boolean {
    const nowMs = this.#nowMs();
    const used = chunk.used + block.byteLength;
    const before = chunk.bytes.byteLength;
    if (used > before) {
      const larger = new Uint8Array(Math.max(used, before * 2, CHUNK_BYTES_FIRST));
      larger.set(chunk.bytes.subarray(0, chunk.used));
      chunk.bytes = larger;
    }
    chunk.bytes.set(block, chunk.used);
    chunk.used = used;
    chunk.ends.push(used);
    chunk.lasts.push(last);
    chunk.newestAtMs = nowMs;
    this.#grew(INDEX_BYTES + chunk.bytes.byteLength - before);
    return used >= CHUNK_BYTES_FULL || nowMs - chunk.openedAtMs >= this.#limits.toldTradesMs / CHUNKS_IN_TIME;
  }

  drop(chunk: Chunk): void {
    if (chunk.gone) return;
    chunk.gone = true;
    this.#bytes -= CHUNK_BYTES + chunk.bytes.byteLength + chunk.ends.length * INDEX_BYTES;
    chunk.bytes = NO_BYTES;
    this.#texts.forget(chunk);
  }

  #grew(bytes: number): void {
    this.#bytes += bytes;
    while (this.#bytes > this.#limits.toldTradesBytes) {
      const oldest = this.#chunks[this.#head];
      if (oldest === undefined) return;
      this.#dropOldest(oldest);
    }
  }

  #dropOldest(oldest: Chunk): void {
    this.drop(oldest);
    oldest.ring.dropped(oldest);
    // The slot is emptied at once: its trades must not live on until the array is cut.
    this.#chunks[this.#head++] = undefined;
  }
}
