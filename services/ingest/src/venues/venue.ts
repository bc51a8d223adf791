import type { MarketState } from '@tapecast/market-state';
import type { Logger, Readiness } from '@tapecast/service-kit';
import type { VenueCircuits } from '../circuits.ts';
import type { IngestConfig } from '../config.ts';
import type { LogEnd } from '../lead/log-end.ts';
import type { IngestLimits } from '../limits.ts';
import type { IngestMetrics } from '../metrics.ts';
import type { TickSink } from '../sources/venue-source.ts';
import type { NowUs } from '../sources/wall-clock.ts';

/** What a feed is given. It publishes through its source only, and once it speaks it never keeps a tick back. */
export interface FeedContext {
  config: IngestConfig;
  /** Makes the feed's source, silent until `Feed.speak`; `session` is ours unless the feed names its own. */
  createSource: (venue: string, session?: string) => TickSink;
  /** Entries are there before the first tick of an instrument. */
  catalogue: Pick<MarketState, 'putCatalogue'>;
  /** Whether the buffer towards the log is full. A feed whose ticks can wait looks here; one that is pushed to is `pause`d. */
  isFull: () => boolean;
  limits: IngestLimits;
  /** Without: nothing is told of them, and each call is made. */
  circuits?: VenueCircuits;
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
  /**
   * This process publishes the venue from now on, and before now nobody heard anything of this feed. Called once. The feed
   * tells the trades that the log lacks, as far as it has them or can get them, what it can't get as missing, and the state
   * of each instrument as it is; then it goes on.
   */
  speak(end: LogEnd): void;
  /** Stop reading: the log does not keep up. Nothing is dropped; what the venue then drops is reported as a gap. */
  pause(): void;
  resume(): void;
  /** Ends reading. All that was read has been handed to the source when it resolves. */
  stop(): Promise<void>;
}

export type StartFeed = (context: FeedContext) => Feed;
