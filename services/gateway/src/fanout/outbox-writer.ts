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
    if (client.outbox !== undefined) {
      client.outbox.push(frames);
      return;
    }
    client.outbox = [frames];
    this.#clients.push(client);
  }

  drain({ nowUs, unwritten }: Pick<FlushContext, 'nowUs' | 'unwritten'>): void {
    if (this.#clients.length === 0) return;
    for (const client of this.#clients) {
      const { outbox = [] } = client;
      client.outbox = undefined;
      if (!client.closed) {
        client.toldAtMs = nowUs / 1000;
        try {
          this.#writer.write(client, outbox.flat() as OneFrame[]);
        } catch (error) {
          unwritten(client, error);
        }
      }
    }
    this.#clients.length = 0;
  }
}
