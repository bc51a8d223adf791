import type { Client } from './client.ts';
import type { JsonFrame } from './json-frame.ts';

/** A text that others may share, or a binary frame. */
export type OneFrame = JsonFrame | Uint8Array;

/**
 * The socket library gathers so much of what it is given in a cork and writes it as one. A frame that no longer fits is
 * written at once, and so is, by itself, each that follows it in the same cork: so more than that goes into several.
 */
const CORK_BYTES = 16 * 1024;
/** WebSocket's own bytes before a frame of less than 64 KiB. */
const HEAD_BYTES = 4;

/** Writes many frames to one client with as few system calls as there can be. */
export class CorkedWriter {
  #client: Client | undefined;
  #frames: readonly OneFrame[] = [];
  #next = 0;
  readonly #corked = (): void => this.#write();

  /** What would follow a frame that was dropped has no use any more. */
  write(client: Client, frames: readonly OneFrame[]): void {
    this.#client = client;
    this.#frames = frames;
    this.#next = 0;
    while (this.#next < frames.length && !client.dropped) client.socket.cork(this.#corked);
    this.#client = undefined;
    this.#frames = [];
  }

  #write(): void {
    const client = this.#client as Client; // Corked by `write` only.
    const frames = this.#frames;
    const { socket } = client;
    let room = CORK_BYTES;
    while (this.#next < frames.length && !client.dropped) {
      const frame = frames[this.#next] as OneFrame;
      const bytes = frame.byteLength + HEAD_BYTES;
      if (bytes > room && room < CORK_BYTES) return;
      room -= bytes;
      this.#next++;
      if (frame instanceof Uint8Array) client.sent(socket.send(frame, true));
      else client.sent(socket.send(frame.with(frame.numbered ? ++client.seq : 0), false));
    }
  }
}
