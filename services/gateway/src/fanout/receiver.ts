import type { Client } from './client.ts';
import type { ClientSocket } from './client-socket.ts';
import type { StreamList } from './stream-list.ts';

/**
 * Who is sent one and the same in a flush: a client by itself, or all of a cohort. Made so that a flush touches little memory
 * of each: with thousands of clients what it touches first is not in the processor's caches.
 */
export class Receiver {
  /** What it is to be sent in the flush under way, places in `FlushTable`: the first, and in `more` the others. */
  count = 0;
  first = 0;
  /** Of all that it is to be sent; more than a frame may have where not all of it are blocks. */
  bytes = 0;
  /** How many clients that are. */
  size: number;
  /** Of a client by itself. */
  readonly socket: ClientSocket | undefined;
  /** Frames have no mark. */
  readonly plain: boolean;
  readonly text: boolean;
  /** Kept, so that it has its room. */
  readonly more: number[] = [];
  readonly clients: Client[];
  readonly streams: StreamList;

  constructor(first: Client, streams: StreamList, alone: boolean) {
    this.clients = [first];
    this.size = 1;
    this.socket = alone ? first.socket : undefined;
    this.plain = first.encoding === 'protobuf';
    this.text = first.json;
    this.streams = streams;
  }
}
