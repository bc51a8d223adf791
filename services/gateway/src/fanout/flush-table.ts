import { DELTAS_FRONT_BYTES_MAX, putDeltasFront } from '@tapecast/wire';
import { FRAME_BYTES_MAX } from '../limits.ts';
import type { Client } from './client.ts';
import { CorkedWriter } from './corked-writer.ts';
import type { FlushContext } from './flush-context.ts';
import type { EncodedFrame } from './frame-writer.ts';
import type { JsonFrame } from './json-frame.ts';
import type { Receiver } from './receiver.ts';

/** What a socket's `send` returns where the client is not sent it. */
const DROPPED = 2;
const BYTES_AT_FIRST = 64 * 1024;
/** Up to so many bytes a loop copies faster than the engine's own call. */
const LOOP_BYTES_MAX = 32;
/** Counts as too long for one frame together with others. */
const NO_BLOCK = FRAME_BYTES_MAX + 1;

/**
 * What one flush has to send, once each, and who gets which of it. Blocks of differences stand one after the other in one
 * buffer; a receiver of several gets them as one frame, copied together for it: its bytes are few, and what costs is the
 * number of writes and of messages, not of bytes. One who gets a single one shares its frame with all others who do.
 */
export class FlushTable {
  #bytes = new Uint8Array(BYTES_AT_FIRST);
  #end = 0;
  /** Of each entry: its bytes where it is a block; the oldest `receivedAtUs`, infinite where unknown. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #received: number[] = [];
  /** What it is where it is no block; of a block the frame that it alone makes, once somebody needs that. */
  readonly #frames: (EncodedFrame | undefined)[] = [];
  readonly #texts: (readonly JsonFrame[] | undefined)[] = [];
  /** Clients that it goes to. */
  readonly #sharers: number[] = [];
  #count = 0;
  readonly #due: Receiver[] = [];
  #dueCount = 0;
  readonly #writer = new CorkedWriter();

  /** Differences of a stream; copied. */
  addBlock(block: Uint8Array, receivedAtUs: number, members: readonly Receiver[]): number {
    const end = this.#end + block.length;
    if (end > this.#bytes.length) this.#grow(end);
    this.#bytes.set(block, this.#end);
    const entry = this.#add(this.#end, end, receivedAtUs, undefined, undefined);
    this.#end = end;
    return this.#note(entry, block.length, members);
  }

  /** A frame of its own, which may be before or after differences of the same stream. */
  addFrame(frame: EncodedFrame, members: readonly Receiver[]): number {
    return this.#note(this.#add(0, 0, 0, frame, undefined), NO_BLOCK, members);
  }

  addTexts(texts: readonly JsonFrame[], members: readonly Receiver[]): number {
    return this.#note(this.#add(0, 0, 0, undefined, texts), NO_BLOCK, members);
  }

  /** Sends everything: to each client in one write. Throws the last failure when all others are done. */
  deliver(context: FlushContext): void {
    let failure: unknown;
    for (let at = 0; at < this.#dueCount; at++) {
      const receiver = this.#due[at] as Receiver;
      try {
        if (receiver.text) this.#sendTexts(receiver);
        else this.#sendFrames(receiver, context);
      } catch (error) {
        failure = error;
        // It was sent less than others, so it must go; all others are sent theirs.
        for (const client of receiver.clients) client.dropped = true;
      }
      receiver.count = 0;
      receiver.bytes = 0;
    }
    this.#dueCount = 0;
    for (let entry = 0; entry < this.#count; entry++) {
      this.#frames[entry] = undefined;
      this.#texts[entry] = undefined;
    }
    this.#count = 0;
    this.#end = 0;
    if (failure !== undefined) throw failure;
  }

  #add(
    start: number,
    end: number,
    received: number,
    frame: EncodedFrame | undefined,
    texts: readonly JsonFrame[] | undefined,
  ): number {
    const entry = this.#count++;
    this.#starts[entry] = start;
    this.#ends[entry] = end;
    this.#received[entry] = received;
    this.#frames[entry] = frame;
    this.#texts[entry] = texts;
    return entry;
  }

  /** Returns how many clients that are. */
  #note(entry: number, bytes: number, members: readonly Receiver[]): number {
    let clients = 0;
    for (let at = 0; at < members.length; at++) {
      const receiver = members[at] as Receiver;
      const place = receiver.count++;
      receiver.bytes += bytes;
      if (place > 0) receiver.more[place - 1] = entry;
      else {
        receiver.first = entry;
        this.#due[this.#dueCount++] = receiver;
      }
      clients += receiver.size;
    }
    this.#sharers[entry] = clients;
    return clients;
  }

  #sendFrames(receiver: Receiver, context: FlushContext): void {
    const { count, first } = receiver;
    if (count === 1) {
      const frame = this.#frames[first] ?? this.#single(first, context);
      sendAll(receiver, receiver.plain ? frame.plain : frame.markedFor(this.#sharers[first] as number), context);
      return;
    }
    if (receiver.bytes > FRAME_BYTES_MAX) this.#sendParts(receiver, context);
    else sendAll(receiver, this.#merged(receiver, 0, count, receiver.bytes, context), context);
  }

  /**
   * One frame of the blocks from place `from` to `to` of a receiver's, `length` bytes together: made behind all blocks, where the next
   * one is made too. What one client alone gets is not compressed: that would be work for each client.
   */
  #merged(receiver: Receiver, from: number, to: number, length: number, { nowUs, frames }: FlushContext): Uint8Array {
    const body = this.#end + DELTAS_FRONT_BYTES_MAX;
    if (body + length > this.#bytes.length) this.#grow(body + length);
    const bytes = this.#bytes;
    let at = body;
    let oldest = Number.POSITIVE_INFINITY;
    for (let n = from; n < to; n++) {
      const entry = entryOf(receiver, n);
      const received = this.#received[entry] as number;
      if (received < oldest) oldest = received;
      const start = this.#starts[entry] as number;
      const end = this.#ends[entry] as number;
      if (end - start > LOOP_BYTES_MAX) {
        bytes.copyWithin(at, start, end);
        at += end - start;
      } else for (let next = start; next < end; ) bytes[at++] = bytes[next++] as number;
    }
    const known = oldest === Number.POSITIVE_INFINITY ? undefined : oldest;
    const begin = putDeltasFront(bytes, body, length, nowUs, known, receiver.plain);
    const frame = new Uint8Array(bytes.buffer, begin, at - begin);
    return receiver.plain || receiver.size === 1 ? frame : frames.compressed(frame, receiver.size);
  }

  /** Whole messages among the blocks, or more than one frame holds: all in one write nevertheless. */
  #sendParts(receiver: Receiver, context: FlushContext): void {
    const { count, clients } = receiver;
    const parts: Uint8Array[] = [];
    let from = 0;
    let length = 0;
    const cut = (to: number): void => {
      if (to > from) parts.push(this.#merged(receiver, from, to, length, context).slice());
      from = to;
      length = 0;
    };
    for (let n = 0; n < count; n++) {
      const entry = entryOf(receiver, n);
      const frame = this.#ends[entry] === 0 ? this.#frames[entry] : undefined;
      if (frame !== undefined) {
        cut(n);
        parts.push(receiver.plain ? frame.plain : frame.markedFor(this.#sharers[entry] as number));
        from = n + 1;
        continue;
      }
      const bytes = (this.#ends[entry] as number) - (this.#starts[entry] as number);
      if (length + bytes > FRAME_BYTES_MAX) cut(n);
      length += bytes;
    }
    cut(count);
    let bytes = 0;
    for (const part of parts) bytes += part.byteLength;
    context.delivered(0, clients.length, bytes);
    for (const client of clients) {
      try {
        this.#writer.write(client, parts);
      } catch (error) {
        context.unwritten(client, error);
      }
    }
  }

  #sendTexts(receiver: Receiver): void {
    const [client] = receiver.clients;
    if (client === undefined) return;
    let texts = this.#texts[receiver.first] as readonly JsonFrame[];
    if (receiver.count > 1) {
      const all = [...texts];
      for (let n = 1; n < receiver.count; n++)
        for (const text of this.#texts[entryOf(receiver, n)] as readonly JsonFrame[]) all.push(text);
      texts = all;
    }
    this.#writer.write(client, texts);
  }

  /** The frame of this block alone, for all who get nothing else. */
  #single(entry: number, context: FlushContext): EncodedFrame {
    const block = this.#bytes.subarray(this.#starts[entry], this.#ends[entry]);
    const received = this.#received[entry] as number;
    const frame = context.frames.keptOf(block, context.nowUs, Number.isFinite(received) ? received : undefined);
    this.#frames[entry] = frame;
    return frame;
  }

  #grow(least: number): void {
    const larger = new Uint8Array(Math.max(least, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = larger;
  }
}

/** One of what a receiver is to be sent. */
function entryOf(receiver: Receiver, n: number): number {
  return n === 0 ? receiver.first : (receiver.more[n - 1] as number);
}

function sendAll(receiver: Receiver, bytes: Uint8Array, context: FlushContext): void {
  context.delivered(0, receiver.size, bytes.byteLength);
  const { socket } = receiver;
  if (socket !== undefined) {
    if (socket.send(bytes, true) === DROPPED) (receiver.clients[0] as Client).dropped = true;
    return;
  }
  for (const client of receiver.clients) {
    try {
      client.sent(client.socket.send(bytes, true));
    } catch (error) {
      context.unwritten(client, error);
    }
  }
}
