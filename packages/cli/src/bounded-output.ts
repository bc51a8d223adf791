import type { Writable } from 'node:stream';
import { OUTPUT_BYTES_MAX } from './limits.ts';

/** Lines to a stream whose reader may be slow or gone: what waits is bounded, and what is left out is counted and said. */
export class BoundedOutput {
  readonly #stream: Writable;
  #leftOut = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  write(line: string): void {
    if (this.#stream.destroyed || this.#stream.writableLength > OUTPUT_BYTES_MAX) {
      this.#leftOut++;
      return;
    }
    if (this.#leftOut > 0) this.#stream.write(`# ${this.#leftOut} lines left out: they were not read in time\n`);
    this.#leftOut = 0;
    this.#stream.write(`${line}\n`);
  }
}
