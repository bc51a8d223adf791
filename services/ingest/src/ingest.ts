import type { MarketState } from '@tapecast/market-state';
import { createSteadyClock, type Logger, type Readiness, type Registry, type RunningService } from '@tapecast/service-kit';
import { partitionOf, type TickLog } from '@tapecast/tick-log';
import { encodeTick } from '@tapecast/wire';
import type { IngestConfig } from './config.ts';
import { Backoff } from './connection/backoff.ts';
import { pause } from './connection/pause.ts';
import { messageOf } from './errors.ts';
import { checkLimits, type IngestLimits, LIMITS } from './limits.ts';
import { createIngestMetrics } from './metrics.ts';
import { TickPublisher } from './publish/publisher.ts';
import { createSessionId } from './sources/session.ts';
import { TEST_CATALOGUE_ENTRY, TestFeed } from './sources/test-instrument.ts';
import { TickSource } from './sources/tick-source.ts';
import { OPTION_CHECKS, VENUES } from './venues/registry.ts';
import type { Feed } from './venues/venue.ts';

export interface IngestDependencies {
  config: IngestConfig;
  log: TickLog;
  state: MarketState;
  logger: Logger;
  metrics: Registry;
  /** Overrides of the bounds on publishing, for tests and small machines. */
  limits?: Partial<IngestLimits>;
}

/**
 * Starts the feed that `config` names, and the test instrument beside it. The log and the store stay the caller's to close.
 * A venue or store that is away delays readiness, never the start.
 */
export async function startIngest(dependencies: IngestDependencies): Promise<RunningService> {
  const { config, log, state, logger } = dependencies;
  const limits: IngestLimits = { ...LIMITS, ...dependencies.limits };
  checkLimits(limits);
  OPTION_CHECKS[config.feed]?.(config);
  const metrics = createIngestMetrics(dependencies.metrics);
  const nowUs = createSteadyClock(logger);
  const random = Math.random;
  const session = createSessionId(Date.now(), random);
  const abort = new AbortController();

  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  let feed: Feed | undefined;
  const producer = await log.producer('md.ticks');
  const publisher = new TickPublisher({
    producer,
    partitions: log.partitions,
    logger,
    metrics,
    onPressure: (full) => {
      if (full) feed?.pause();
      else feed?.resume();
    },
    onFailed: (error) => fail(error),
    limits,
  });
  const createSource = (venue: string, ownSession: string = session): TickSource =>
    new TickSource({
      venue,
      session: ownSession,
      partitions: log.partitions,
      partitionOf,
      encode: encodeTick,
      publisher,
      metrics,
    });

  const testFeed = new TestFeed({ source: createSource('test'), nowUs, isFull: () => publisher.full });
  let testListed = false;
  const listing = listTestInstrument(state, logger, random, abort.signal).then(() => {
    testListed = !abort.signal.aborted;
  });
  testFeed.start();
  feed = VENUES[config.feed]({
    config,
    createSource,
    catalogue: state,
    isFull: () => publisher.full,
    limits,
    logger,
    metrics,
    random,
    nowUs,
  });
  void Promise.race([feed.failed, log.failed]).then((error) => fail(error));
  logger.info({ event: 'ingest_started', feed: config.feed, session, partitions: log.partitions });

  const stop = async (): Promise<void> => {
    abort.abort();
    testFeed.stop();
    await feed.stop();
    await listing;
    const left = await publisher.drain(limits.stopFlushMsMax);
    if (left > 0) logger.error({ event: 'ticks_not_published', ticks: left, withinMs: limits.stopFlushMsMax });
    await producer.close();
    logger.info({ event: 'ingest_stopped', session });
  };
  let stopping: Promise<void> | undefined;

  return {
    name: 'ingest',
    failed,
    ready: (): Readiness => {
      if (stopping !== undefined) return { ready: false, reason: 'ingest: stopping' };
      if (!testListed) return { ready: false, reason: 'ingest: the catalogue store is away' };
      if (publisher.full) return { ready: false, reason: 'ingest: the log does not take ticks, reading is paused' };
      return feed.ready();
    },
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

async function listTestInstrument(
  state: MarketState,
  logger: Logger,
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff(LIMITS.restRetryBaseMs, LIMITS.restRetryCapMs, random);
  while (!signal.aborted) {
    try {
      await state.putCatalogue([TEST_CATALOGUE_ENTRY]);
      return;
    } catch (error) {
      logger.warn({ event: 'catalogue_failed', reason: messageOf(error) });
      await pause(backoff.next(), signal);
    }
  }
}
