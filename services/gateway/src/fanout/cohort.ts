import type { Client } from './client.ts';
import type { FlushContext } from './flush-context.ts';
import type { EncodedFrame } from './frame-writer.ts';
import type { StreamGroup } from './stream-group.ts';

/** A frame of a cohort is not longer than this, and what is over goes into the next: a reader holds a frame whole. */
const FRAME_BYTES_MAX = 64 * 1024;

/**
 * Clients with the very same streams in the same binary encoding. They are one topic, whose frame has what changed of all
 * their streams in a flush: encoded once, compressed once, and one message a client.
 */
export class Cohort {
  /** In the order of a client's streams. */
  readonly streams: readonly StreamGroup[];
  readonly topic: string;
  readonly clients = new Set<Client>();
  /** Its clients are told by it; else it is only known that there are some who could be. */
  formed = false;
  readonly #marked: boolean;
  /** Of the flush under way. */
  #blocks: Uint8Array[] = [];
  #updates = 0;
  #receivedAtUs = Number.POSITIVE_INFINITY;

  constructor(number: number, first: Client) {
    this.topic = `c${number}`;
    this.streams = [...first.streams];
    this.#marked = first.encoding === 'protobuf_zstd';
    this.clients.add(first);
  }

  fits(client: Client): boolean {
    if (client.streams.size !== this.streams.length || (client.encoding === 'protobuf_zstd') !== this.#marked)
      return false;
    let at = 0;
    for (const stream of client.streams) if (stream !== this.streams[at++]) return false;
    return true;
  }

  /** Differences of one of its streams, valid until the end of the flush. */
  add(block: Uint8Array, updates: number, receivedAtUs: number | undefined, context: FlushContext): void {
    if (this.#blocks.length === 0) context.cohorts.push(this);
    this.#blocks.push(block);
    this.#updates += updates;
    if (receivedAtUs !== undefined && receivedAtUs < this.#receivedAtUs) this.#receivedAtUs = receivedAtUs;
  }

  /** A frame of one of its streams, which can't be among others. */
  send(frame: EncodedFrame, updates: number, context: FlushContext): void {
    const bytes = this.#marked ? frame.markedFor(this.clients.size) : frame.plain;
    context.publisher.publish(this.topic, bytes, true);
    context.delivered(updates, this.clients.size, bytes.byteLength);
  }

  /** Sends what was added. */
  flush(context: FlushContext): void {
    const { frames, nowUs } = context;
    const received = Number.isFinite(this.#receivedAtUs) ? this.#receivedAtUs : undefined;
    let updates = this.#updates;
    frames.begin(nowUs, received);
    for (const block of this.#blocks) {
      frames.append(block);
      if (frames.bytes < FRAME_BYTES_MAX) continue;
      this.send(frames.finish(), updates, context);
      updates = 0;
      frames.begin(nowUs, received);
    }
    if (!frames.empty) this.send(frames.finish(), updates, context);
    this.#blocks.length = 0;
    this.#updates = 0;
    this.#receivedAtUs = Number.POSITIVE_INFINITY;
  }
}
