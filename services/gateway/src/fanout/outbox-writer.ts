import type { Client } from './client.ts';
import { CorkedWriter, type OneFrame } from './corked-writer.ts';
import type { FlushContext } from './flush-context.ts';
import type { JsonFrame } from './json-frame.ts';

/** Frames for one client: texts that several may share, or a binary one of its own. */
export type Outgoing = readonly JsonFrame[] | Uint8Array;

/** Writes what waits for single clients: all of one client together. */
export class OutboxWriter {
  #clients: Client[] = [];
  readonly #writer = new CorkedWriter();

  /** Puts it after what waits for the client already. */
  add(client: Client, frames: Outgoing): void {
    if (client.outbox.push(frames) === 1) this.#clients.push(client);
  }

  drain({ nowUs, unwritten }: Pick<FlushContext, 'nowUs' | 'unwritten'>): void {
    if (this.#clients.length === 0) return;
    for (const client of this.#clients) {
      if (!client.closed) {
        client.toldAtMs = nowUs / 1000;
        try {
          this.#writer.write(client, client.outbox.flat() as OneFrame[]);
        } catch (error) {
          unwritten(client, error);
        }
      }
      // Short queues are emptied in place; a long one must not stay as memory of every client that once had a burst.
      if (client.outbox.length > OUTBOX_KEPT) client.outbox = [];
      else client.outbox.length = 0;
    }
    this.#clients.length = 0;
  }
}

const OUTBOX_KEPT = 64;
