import type { MessagePort } from 'node:worker_threads';
import type { RecordBounds } from '../contract.ts';

/** How a store is, as its owner last said it. */
export interface StoreState {
  /** By partition. */
  readonly bounds: readonly (readonly [partition: number, bounds: RecordBounds])[];
  readonly bytes: number;
  readonly rejected: number;
  readonly damaged: number;
}

/** What a thread that shares another's store asks it. Records come packed in a buffer that changes hands. */
export type FromSharing =
  | { kind: 'append'; ask: number; records: ArrayBuffer }
  | { kind: 'read'; ask: number; partition: number; from: number; bytesMax: number }
  | { kind: 'trim'; ask: number; partition: number; below: number };

/** Each question has one answer. */
export type ToSharing =
  | { kind: 'done'; ask: number; state: StoreState }
  | { kind: 'records'; ask: number; records: ArrayBuffer; state: StoreState }
  | { kind: 'refused'; ask: number; code: string; message: string; state: StoreState };

/** How a thread comes to the store: given to it at its start, the port transferred. */
export interface SharedStoreAccess {
  port: MessagePort;
  rebuilt: boolean;
  state: StoreState;
}
