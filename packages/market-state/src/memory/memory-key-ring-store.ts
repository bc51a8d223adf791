import { MarketStateError } from '../errors.ts';
import type { KeyRingStore } from '../key-ring-store.ts';
import { checkDocument } from '../validation.ts';

/** The embedded default: tokens of an earlier process are no longer good. Bytes are copied in and out, as a network would. */
export function openMemoryKeyRingStore(): KeyRingStore {
  return new MemoryKeyRingStore();
}

class MemoryKeyRingStore implements KeyRingStore {
  #document: Uint8Array | undefined;
  #closed = false;

  async read(): Promise<Uint8Array | undefined> {
    this.#checkOpen();
    return this.#document?.slice();
  }

  async replace(expected: Uint8Array | undefined, next: Uint8Array): Promise<'written' | 'conflict'> {
    this.#checkOpen();
    checkDocument(next);
    if (equal(this.#document, next)) return 'written';
    if (!equal(this.#document, expected)) return 'conflict';
    this.#document = next.slice();
    return 'written';
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #checkOpen(): void {
    if (this.#closed) throw new MarketStateError('closed', 'the key ring store was closed');
  }
}

const equal = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0;
