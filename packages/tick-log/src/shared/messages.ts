import type { MessagePort } from 'node:worker_threads';
import type { Topic } from '../contract.ts';

/** What a thread that reads another's log says to it. */
export type FromThread =
  | { kind: 'offsets'; ask: number; topic: Topic }
  | { kind: 'offsets_at'; ask: number; topic: Topic; atMs: number }
  | {
      kind: 'read';
      reader: number;
      topic: Topic;
      from: readonly (number | 'earliest' | 'end')[];
      /** One Int32: bytes of the reader's records that were handled, counted up and around. The thread adds, the other reads. */
      handled: SharedArrayBuffer;
    }
  | { kind: 'closed'; reader: number };

/** What it is told. Records come as a packed `SharedArrayBuffer` alone: that is what comes often. */
export type ToThread =
  | SharedArrayBuffer
  /** Its reader gets the records of each partition from there on. */
  | { kind: 'begin'; reader: number; from: readonly number[] }
  | { kind: 'offsets'; ask: number; offsets: { oldest: number; end: number }[] }
  | { kind: 'offsets_at'; ask: number; offsets: number[] }
  | { kind: 'refused'; ask: number; code: string; message: string }
  | { kind: 'failed'; code: string; message: string };

/** How a thread comes to the log: given to it at its start, the port transferred. */
export interface SharedLogAccess {
  port: MessagePort;
  partitions: number;
  generation: string;
}
