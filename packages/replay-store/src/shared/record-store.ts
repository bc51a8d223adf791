import type { MessagePort } from 'node:worker_threads';
import type { RecordBatch, RecordBounds, RecordStore, StoredRecord } from '../contract.ts';
import { RecordStoreError, type RecordStoreErrorCode } from '../errors.ts';
import type { FromSharing, SharedStoreAccess, StoreState, ToSharing } from './messages.ts';
import { packRecords, unpackRecords } from './packed-records.ts';

/**
 * Another thread's store, as `StoreSharing` gives access to it. `bounds`, `bytes` and `counts` are as old as the last answer: what
 * other threads have appended since is not in them yet, and records below `first` may be gone, which `read` shows.
 */
export function openSharedRecordStore(access: SharedStoreAccess): RecordStore {
  return new SharedRecordStore(access);
}

interface Ask {
  resolve(records: StoredRecord[]): void;
  reject(error: Error): void;
}

class SharedRecordStore implements RecordStore {
  readonly rebuilt: boolean;
  readonly #port: MessagePort;
  readonly #asks = new Map<number, Ask>();
  #lastAsk = 0;
  #bounds = new Map<number, RecordBounds>();
  #state: StoreState;
  #closing: Promise<void> | undefined;
  /** All that was asked is answered. */
  #answered: () => void = () => {};

  constructor({ port, rebuilt, state }: SharedStoreAccess) {
    this.#port = port;
    this.rebuilt = rebuilt;
    this.#state = state;
    this.#heard(state);
    port.on('message', (message: ToSharing) => this.#take(message));
  }

  get bytes(): number {
    return this.#state.bytes;
  }

  get counts(): RecordStore['counts'] {
    return this.#state;
  }

  async append(batches: readonly RecordBatch[]): Promise<void> {
    const records = batches
      .flatMap(({ partition, offset, appendedAtMs, values }) =>
        values.map((value, i) => ({ partition, offset: offset + i, appendedAtMs, value })),
      )
      .filter(({ partition, offset }) => !(offset < (this.#bounds.get(partition)?.next ?? 0)));
    // Another thread was first, as an answer has said.
    if (records.length === 0 && this.#closing === undefined) return;
    const packed = packRecords(records);
    await this.#ask((ask) => ({ kind: 'append', ask, records: packed }), [packed]);
  }

  read(partition: number, from: number, bytesMax: number): Promise<StoredRecord[]> {
    return this.#ask((ask) => ({ kind: 'read', ask, partition, from, bytesMax }));
  }

  bounds(partition: number): RecordBounds | undefined {
    return this.#bounds.get(partition);
  }

  partitions(): number[] {
    return [...this.#bounds.keys()];
  }

  async trim(partition: number, below: number): Promise<void> {
    await this.#ask((ask) => ({ kind: 'trim', ask, partition, below }));
  }

  /** The store itself stays open. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      if (this.#asks.size > 0) await new Promise<void>((resolve) => (this.#answered = resolve));
      this.#port.close();
    })();
    return this.#closing;
  }

  #ask(question: (ask: number) => FromSharing, transferred: ArrayBuffer[] = []): Promise<StoredRecord[]> {
    if (this.#closing !== undefined)
      return Promise.reject(new RecordStoreError('closed', 'the shared record store was closed'));
    return new Promise((resolve, reject) => {
      const ask = ++this.#lastAsk;
      this.#asks.set(ask, { resolve, reject });
      this.#port.postMessage(question(ask), transferred);
    });
  }

  #take(message: ToSharing): void {
    this.#heard(message.state);
    const ask = this.#asks.get(message.ask);
    this.#asks.delete(message.ask);
    if (message.kind === 'refused')
      ask?.reject(new RecordStoreError(message.code as RecordStoreErrorCode, message.message));
    else ask?.resolve(message.kind === 'records' ? unpackRecords(message.records) : []);
    if (this.#asks.size === 0) this.#answered();
  }

  #heard(state: StoreState): void {
    this.#state = state;
    this.#bounds = new Map(state.bounds);
  }
}
