import type { Client } from './client.ts';
import type { FlushContext } from './flush-context.ts';
import type { JsonFrame } from './json-frame.ts';

/** Frames for one client: texts that several may share, or a binary one of its own. */
export type Outgoing = readonly JsonFrame[] | Uint8Array;

/** Writes what waits for single clients: all of one client as one system call. */
export class OutboxWriter {
  #clients: Client[] = [];
  #client: Client | undefined;
  readonly #writeClient = (): void => this.#write();

  /** Puts it after what waits for the client already. */
  add(client: Client, frames: Outgoing): void {
    if (client.outbox.push(frames) === 1) this.#clients.push(client);
  }

  drain({ nowUs, unwritten }: Pick<FlushContext, 'nowUs' | 'unwritten'>): void {
    if (this.#clients.length === 0) return;
    for (const client of this.#clients) {
      if (!client.closed) {
        client.toldAtMs = nowUs / 1000;
        this.#client = client;
        try {
          client.socket.cork(this.#writeClient);
        } catch (error) {
          unwritten(client, error);
        }
      }
      // Short queues are emptied in place; a long one must not stay as memory of every client that once had a burst.
      if (client.outbox.length > OUTBOX_KEPT) client.outbox = [];
      else client.outbox.length = 0;
    }
    this.#client = undefined;
    this.#clients.length = 0;
  }

  #write(): void {
    const client = this.#client as Client; // Corked by `drain` only.
    for (const frames of client.outbox) {
      if (frames instanceof Uint8Array) client.sent(client.socket.send(frames, true));
      else for (const frame of frames) writeText(client, frame);
    }
  }
}

const OUTBOX_KEPT = 64;

function writeText(client: Client, frame: JsonFrame): void {
  // What would follow a frame that was dropped has no use any more.
  if (client.dropped) return;
  client.sent(client.socket.send(frame.with(frame.numbered ? ++client.seq : 0), false));
}
