import type { Leases, MarketState } from '@tapecast/market-state';
import type { RecordStore } from '@tapecast/replay-store';
import {
  createSteadyClock,
  type Logger,
  type Readiness,
  type Registry,
  type RunningService,
} from '@tapecast/service-kit';
import { partitionOf, type TickLog } from '@tapecast/tick-log';
import { encodeTick } from '@tapecast/wire';
import { createCircuits } from './circuits.ts';
import type { IngestConfig } from './config.ts';
import { Backoff } from './connection/backoff.ts';
import { pause } from './connection/pause.ts';
import { IngestError, messageOf } from './errors.ts';
import { Leadership } from './lead/leadership.ts';
import { takeOver } from './lead/takeover.ts';
import { checkLimits, type IngestLimits, LIMITS } from './limits.ts';
import { createIngestMetrics } from './metrics.ts';
import { registerLedger } from './publish/partition-ledger.ts';
import { TickPublisher } from './publish/publisher.ts';
import { Spool } from './publish/spool.ts';
import { createSessionId } from './sources/session.ts';
import { TEST_CATALOGUE_ENTRY, TEST_INSTRUMENT, TestFeed } from './sources/test-instrument.ts';
import { TickSource } from './sources/tick-source.ts';
import { VenueSource } from './sources/venue-source.ts';
import { OPTION_CHECKS, VENUES } from './venues/registry.ts';
import type { Feed } from './venues/venue.ts';

export interface IngestDependencies {
  config: IngestConfig;
  log: TickLog;
  state: MarketState;
  /** Of several with the same feed one publishes, the others stand by. Without: this is the only one. */
  leases?: Leases;
  /** Names this start of this process where leases are asked for, and the one before it, if that is known to have ended. */
  owner?: { name: string; ended: string | undefined };
  /** For ticks that the log does not take. Without: memory alone. The caller's to close. */
  spoolStore?: RecordStore;
  logger: Logger;
  metrics: Registry;
  /** Overrides of the bounds on publishing, for tests and small machines. */
  limits?: Partial<IngestLimits>;
}

/**
 * Starts the feed that `config` names, and the test instrument beside it. The log, the store and the leases stay the caller's
 * to close. A venue or store that is away delays readiness, never the start.
 *
 * | state | the feed | leaves it by |
 * |---|---|---|
 * | standby | is connected, and keeps what it may have to tell | the lease → taking over |
 * | taking over | as before | the log's end is read → publishing |
 * | publishing | tells what the log lacks, then all that comes | stop; another has the lease → `failed`: a new process begins as a standby |
 */
export async function startIngest(dependencies: IngestDependencies): Promise<RunningService> {
  const { config, log, logger } = dependencies;
  const limits: IngestLimits = { ...LIMITS, ...dependencies.limits };
  checkLimits(limits);
  OPTION_CHECKS[config.feed]?.(config);
  const metrics = createIngestMetrics(dependencies.metrics);
  const circuits = createCircuits(limits, dependencies.metrics, logger);
  const state = circuits.catalogue.watched(dependencies.state);
  const leases = dependencies.leases && circuits.leases.watched(dependencies.leases);
  const nowUs = createSteadyClock(logger);
  const random = Math.random;
  const session = createSessionId(Date.now(), random);
  const abort = new AbortController();

  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  let feed: Feed | undefined;
  let lead: Leadership | undefined;
  let publishing = false;
  const producer = circuits.log.watched(await log.producer('md.ticks'));
  const { spoolStore } = dependencies;
  const spool = spoolStore === undefined ? undefined : new Spool({ store: spoolStore, limits, logger, metrics });
  const publisher = new TickPublisher({
    producer,
    partitions: log.partitions,
    logger,
    metrics,
    spool,
    mayWrite: () => lead?.mayWrite() ?? true,
    onPressure: (full) => {
      if (full) feed?.pause();
      else feed?.resume();
    },
    onFailed: (error) => fail(error),
    limits,
  });
  registerLedger(dependencies.metrics, publisher.ledger);
  const sources: VenueSource[] = [];
  const createSource = (venue: string, ownSession: string = session): VenueSource => {
    const source = new VenueSource(
      venue,
      ownSession,
      (name) =>
        new TickSource({
          venue,
          name,
          partitions: log.partitions,
          partitionOf,
          encode: encodeTick,
          publisher,
          metrics,
        }),
    );
    sources.push(source);
    return source;
  };

  const testFeed = new TestFeed({ source: createSource('test'), nowUs, isFull: () => publisher.full });
  let testListed = false;
  const listing = listTestInstrument(state, logger, random, abort.signal).then(() => {
    testListed = !abort.signal.aborted;
  });
  feed = VENUES[config.feed]({
    config,
    createSource,
    catalogue: state,
    isFull: () => publisher.full,
    limits,
    circuits,
    logger,
    metrics,
    random,
    nowUs,
  });
  void Promise.race([feed.failed, log.failed]).then((error) => fail(error));
  logger.info({ event: 'ingest_started', feed: config.feed, session, partitions: log.partitions });

  const publish = async (fence: number | undefined): Promise<void> => {
    const begunAt = performance.now();
    const { signal } = abort;
    const endOf = await takeOver({ log, state, publisher, sources, fence, limits, logger, random, nowUs, signal });
    if (endOf === undefined) return;
    publishing = true;
    metrics.active.set(1);
    const end = endOf(feed.name);
    testFeed.start(endOf('test').lastTradeId(TEST_INSTRUMENT));
    feed.speak(end);
    const tookMs = performance.now() - begunAt;
    metrics.takeoverSeconds.observe(tookMs / 1_000);
    if (end.receivedAtUs !== undefined) metrics.takeovers.inc();
    logger.info({ event: 'publishing', session, fence, tookMs: Math.round(tookMs), logEndsAtUs: end.receivedAtUs });
  };
  let takingOver: Promise<void> = Promise.resolve();
  const begin = (fence: number | undefined): void => {
    // What an earlier process left on disk goes before all that is ours.
    publisher.proceed();
    takingOver = publish(fence).catch((error: unknown) => {
      fail(error instanceof Error ? error : new Error(messageOf(error)));
    });
  };
  metrics.active.set(0);
  if (leases === undefined) begin(undefined);
  else {
    lead = new Leadership({
      leases,
      name: `ingest/${config.feed}`,
      owner: dependencies.owner?.name ?? session,
      ended: dependencies.owner?.ended,
      limits,
      logger,
      onTaken: begin,
      onConfirmed: () => publisher.proceed(),
      onLost: (reason) => {
        metrics.active.set(0);
        publisher.discard();
        fail(new IngestError('superseded', `${reason}: this process ends, and its next start stands by`));
      },
    });
    lead.start();
  }

  const stop = async (): Promise<void> => {
    abort.abort();
    testFeed.stop();
    await feed.stop();
    await listing;
    await takingOver;
    const left = await publisher.drain(limits.stopFlushMsMax);
    if (left > 0) logger.error({ event: 'ticks_not_published', ticks: left, withinMs: limits.stopFlushMsMax });
    // Before the producer ends: a standby begins at once.
    await lead?.stop();
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
      // A standby is ready when it could take over.
      if (!publishing && lead?.standsBy !== true) {
        const what = lead === undefined || lead.active ? 'for the end of the log' : 'for the lease of its venue';
        return { ready: false, reason: `ingest: waits ${what}${lead?.waitsFor ? ` (${lead.waitsFor})` : ''}` };
      }
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
