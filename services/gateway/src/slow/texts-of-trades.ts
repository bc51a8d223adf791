import {
  type ControlMessage,
  type DataMessage,
  DeltaFrames,
  encodeProtobufFrame,
  FrameDecoder,
  type JsonNumbers,
} from '@tapecast/wire';
import { type JsonFrame, jsonFrame } from '../fanout/json-frame.ts';
import type { Chunk } from './told-ring.ts';

/** One trade as text. */
export interface TradeText {
  /** Its number. */
  readonly first: number;
  readonly frame: JsonFrame;
}

interface Kept {
  /** Bytes of the chunk that the texts were made of: it may have more by now. */
  used: number;
  readonly texts: TradeText[];
  readonly bytes: number;
}

/** What a text costs beside its bytes. */
const TEXT_BYTES = 200;
/** Texts that are kept for others who ask for the same: some 50 chunks. Past it: made anew. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Chunks of told trades as JSON, made of what their blocks say when somebody asks, and kept a while: many clients come back at
 * once. Who reads text is rarely slow; keeping it all along would cost memory all the time.
 */
export class TextsOfTrades {
  readonly #kept: Readonly<Record<JsonNumbers, Map<Chunk, Kept>>> = { number: new Map(), string: new Map() };
  readonly #frames = new DeltaFrames();
  #bytes = 0;

  of(chunk: Chunk, numbers: JsonNumbers, nowUs: number): readonly TradeText[] {
    const all = this.#kept[numbers];
    const kept = all.get(chunk);
    if (kept !== undefined && kept.used === chunk.used) return kept.texts;
    this.#forget(all, chunk);
    const texts: TradeText[] = [];
    let bytes = 0;
    for (const message of this.#messagesOf(chunk, nowUs)) {
      if (message.type !== 'trade' || message.range === undefined) continue;
      const frame = jsonFrame(message, numbers);
      bytes += TEXT_BYTES + frame.byteLength;
      texts.push({ first: message.range[0], frame });
    }
    all.set(chunk, { used: chunk.used, texts, bytes });
    this.#bytes += bytes;
    for (const [oldest] of all) {
      if (this.#bytes <= KEPT_BYTES_MAX || oldest === chunk) break;
      this.#forget(all, oldest);
    }
    return texts;
  }

  forget(chunk: Chunk): void {
    for (const all of Object.values(this.#kept)) this.#forget(all, chunk);
  }

  #forget(all: Map<Chunk, Kept>, chunk: Chunk): void {
    this.#bytes -= all.get(chunk)?.bytes ?? 0;
    all.delete(chunk);
  }

  /** The chunk read as a client reads it that was told its base. */
  #messagesOf({ ring, base, bytes, used }: Chunk, nowUs: number): (DataMessage | ControlMessage)[] {
    const { symbol, streamNumber } = ring;
    const decoder = new FrameDecoder({ marked: false, now: () => nowUs / 1000 });
    const decode = (messages: (DataMessage | ControlMessage)[]): (DataMessage | ControlMessage)[] =>
      decoder.decode(
        encodeProtobufFrame(messages, { publishedAtUs: nowUs, receivedAtUs: undefined, numberOf: () => streamNumber }),
      ).messages;
    const named = { symbol, channel: 'trade' as const, ok: true, epoch: '', seq: 0, streamNumber };
    decode([{ type: 'success', action: 'subscribe', id: null, msg: '', results: [named] }]);
    const told = base === undefined ? [] : decode([base]);
    if (used === 0) return told;
    this.#frames.begin(nowUs, undefined);
    this.#frames.append(bytes.subarray(0, used));
    return [...told, ...decoder.decode(this.#frames.finish().plain).messages];
  }
}
