import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { RecordStore } from '../contract.ts';
import { RecordStoreError } from '../errors.ts';
import type { FromSharing, SharedStoreAccess, StoreState, ToSharing } from './messages.ts';
import { batchesOf, packRecords, unpackRecords } from './packed-records.ts';

/**
 * One store for several threads, which read the same records: each of them appends all of them and reads what it needs, and
 * what one has appended is passed over when the others do. So the store needs no thread of them more than another, and an
 * append that resolved in a thread is there for that thread. It stays its owner's, who closes it after this.
 */
export class StoreSharing {
  readonly #store: RecordStore;
  readonly #ports: MessagePort[] = [];

  constructor(store: RecordStore) {
    this.#store = store;
  }

  /** For the next thread. */
  access(): SharedStoreAccess {
    const { port1, port2 } = new MessageChannel();
    this.#ports.push(port1);
    // Owned by the asker: what goes wrong is its answer.
    port1.on('message', (message: FromSharing) => void this.#answer(port1, message));
    return { port: port2, rebuilt: this.#store.rebuilt, state: this.#state() };
  }

  /** Nobody is answered any more. */
  close(): void {
    for (const port of this.#ports) port.close();
  }

  async #answer(port: MessagePort, message: FromSharing): Promise<void> {
    const { ask } = message;
    try {
      const records = await this.#done(message);
      if (records === undefined) post(port, { kind: 'done', ask, state: this.#state() });
      else post(port, { kind: 'records', ask, records, state: this.#state() }, [records]);
    } catch (error) {
      const code = error instanceof RecordStoreError ? error.code : 'unavailable';
      const text = error instanceof Error ? error.message : String(error);
      post(port, { kind: 'refused', ask, code, message: text, state: this.#state() });
    }
  }

  async #done(message: FromSharing): Promise<ArrayBuffer | undefined> {
    if (message.kind === 'append') return void (await this.#append(message.records));
    const { partition } = message;
    if (message.kind === 'trim') return void (await this.#store.trim(partition, message.below));
    const records = await this.#store.read(partition, message.from, message.bytesMax);
    return packRecords(records.map((record) => ({ ...record, partition })));
  }

  /** What another thread has appended needs no turn: there may be one behind a slow disk. */
  async #append(records: ArrayBuffer): Promise<void> {
    const missing = unpackRecords(records).filter(
      ({ partition, offset }) => !(offset < (this.#store.bounds(partition)?.next ?? 0)),
    );
    if (missing.length > 0) await this.#store.append(batchesOf(missing));
  }

  #state(): StoreState {
    const { bytes, counts } = this.#store;
    const bounds = this.#store.partitions().flatMap((partition) => {
      const own = this.#store.bounds(partition);
      return own === undefined ? [] : [[partition, own] as const];
    });
    return { bounds, bytes, rejected: counts.rejected, damaged: counts.damaged };
  }
}

const post = (port: MessagePort, message: ToSharing, transferred: ArrayBuffer[] = []): void =>
  port.postMessage(message, transferred);
