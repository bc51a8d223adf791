import type { Client, Encoding } from './client.ts';
import type { StreamList } from './stream-list.ts';

/** Who is sent one and the same in a flush: a client by itself, or all of a cohort. */
export class Receiver {
  readonly encoding: Encoding;
  readonly streams: StreamList;
  readonly clients: Client[] = [];
  /** What it is to be sent in the flush under way: the first `count` are places in `FlushTable`. Kept, so that it has its room. */
  readonly entries: number[] = [];
  count = 0;

  constructor(encoding: Encoding, streams: StreamList) {
    this.encoding = encoding;
    this.streams = streams;
  }
}
