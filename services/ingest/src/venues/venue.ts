import type { MarketState } from '@tapecast/market-state';
import type { Logger, Readiness } from '@tapecast/service-kit';
import type { IngestConfig } from '../config.ts';
import type { IngestLimits } from '../limits.ts';
import type { IngestMetrics } from '../metrics.ts';
import type { TickSource } from '../sources/tick-source.ts';
import type { NowUs } from '../sources/wall-clock.ts';

/** What a feed is given. It publishes through `source` only, and never keeps a tick back. */
export interface FeedContext {
  config: IngestConfig;
  /** Makes the feed's source; `session` is ours unless the feed names its own. */
  createSource: (venue: string, session?: string) => TickSource;
  /** Entries are there before the first tick of an instrument. */
  catalogue: Pick<MarketState, 'putCatalogue'>;
  /** Whether the buffer towards the log is full. A feed whose ticks can wait looks here; one that is pushed to is `pause`d. */
  isFull: () => boolean;
  limits: IngestLimits;
  logger: Logger;
  metrics: IngestMetrics;
  random: () => number;
  nowUs: NowUs;
}

/** A running feed. It stays up while its venue is down, and says so in `ready`. */
export interface Feed {
  readonly name: string;
  ready(): Readiness;
  /** Resolves with why the feed can't go on; never on an outage of the venue. */
  readonly failed: Promise<Error>;
  /** Stop reading: the log does not keep up. Nothing is dropped; what the venue then drops is reported as a gap. */
  pause(): void;
  resume(): void;
  /** Ends reading. All that was read has been handed to the source when it resolves. */
  stop(): Promise<void>;
}

export type StartFeed = (context: FeedContext) => Feed;
