import type { StatusMessage } from '@tapecast/wire';
import type { Client } from './client.ts';
import type { FlushTable } from './flush-table.ts';
import type { FrameWriter } from './frame-writer.ts';
import type { OutboxWriter } from './outbox-writer.ts';

/** What a flush passes down: where frames go, what time it is, and who counts. */
export interface FlushContext {
  readonly frames: FrameWriter;
  /** Unix microseconds: `publishedAt` of all frames of the flush. */
  nowUs: number;
  /** What the flush under way has to send to all. */
  readonly table: FlushTable;
  /** Takes what is for single clients. */
  readonly outbox: OutboxWriter;
  /** What was for the client could not be written: it has a hole, and others have not. */
  unwritten(client: Client, error: unknown): void;
  /** Counts contents that were encoded. */
  encoded(messages: number): void;
  /** Counts updates that went out, and to how many clients each; of `bytes` each client got as many. */
  delivered(messages: number, clients: number, bytes: number): void;
  /** Is given what is told to all who have an instrument, but for data. */
  noted(message: StatusMessage): void;
  /** Counts trades that a client was told later, and that it was told to be lost. */
  replayed(trades: number, lost: number): void;
}
