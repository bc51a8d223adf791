import type { Client } from './client.ts';
import type { TopicPublisher } from './client-socket.ts';
import type { FrameWriter } from './frame-writer.ts';

/** What a flush passes down: where frames go, what time it is, and who counts. */
export interface FlushContext {
  readonly publisher: TopicPublisher;
  readonly frames: FrameWriter;
  /** Unix microseconds: `publishedAt` of all frames of the flush. */
  nowUs: number;
  /** The client has something queued for the first time in this flush. */
  queued(client: Client): void;
  /** Counts updates that were encoded and how many clients each went to. */
  delivered(messages: number, clients: number, bytes: number): void;
}
