import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet, MarketState, SessionStore } from '@tapecast/market-state';
import type { RecordStore } from '@tapecast/replay-store';
import {
  createSteadyClock,
  isLoopback,
  type Logger,
  type Registry,
  type RunningService,
  StartError,
} from '@tapecast/service-kit';
import type { SignalBus } from '@tapecast/signal-bus';
import { partitionOf, type TickLog } from '@tapecast/tick-log';
import { checkAdmissionOptions, createAdmission } from './admission/admission.ts';
import { Entrance } from './admission/entrance.ts';
import { DRAIN_PER_SECOND, type GatewayConfig, HEARTBEAT_MS } from './config.ts';
import { createCircuits } from './degrade/circuits.ts';
import { Degradation } from './degrade/degradation.ts';
import { guardedSessions, guardedSignals, guardedState } from './degrade/guarded-calls.ts';
import { watchDegradation } from './degrade/metrics.ts';
import { Drain, type DrainPlan } from './drain/drain.ts';
import { createDrainMetrics } from './drain/metrics.ts';
import { Rebalancer } from './drain/rebalancer.ts';
import type { Door } from './edge/acceptor.ts';
import { createEdgeMetrics, createTlsMetrics } from './edge/metrics.ts';
import { edgeSettings, limitsOf } from './edge/options.ts';
import { EdgeServer } from './edge/server.ts';
import { readStaticFiles } from './edge/static-files.ts';
import { JOURNAL_LIMITS } from './explain/limits.ts';
import { SessionJournal } from './explain/session-journal.ts';
import { reportOf, type SessionReport } from './explain/session-report.ts';
import { Fanout } from './fanout/fanout.ts';
import { DEFAULT_LIMITS, type GatewayLimits, limitsDisagree } from './limits.ts';
import { createMetrics } from './metrics.ts';
import type { ProtocolContext } from './protocol/context.ts';
import { Liveness } from './protocol/liveness.ts';
import { Sessions } from './protocol/sessions.ts';
import { CatchUp } from './replay/catch-up.ts';
import { REPLAY_LIMITS } from './replay/limits.ts';
import { LogTradeHistory } from './replay/log-trade-history.ts';
import { createReplayMetrics } from './replay/metrics.ts';
import { WindowDisk } from './replay/window-disk.ts';
import { RestApi } from './rest/api.ts';
import { watchSignals } from './signals/metrics.ts';
import { ToldTrades } from './slow/told-trades.ts';
import { CatalogueWatch } from './subscriptions/catalogue.ts';
import { Instruments } from './subscriptions/instruments.ts';
import { watchPartitions } from './subscriptions/metrics.ts';
import { SnapshotReader } from './subscriptions/snapshot-reader.ts';
import { SourceClocks } from './subscriptions/source-clocks.ts';
import { UpdateFeed } from './subscriptions/update-feed.ts';

export interface GatewayDeps {
  config: GatewayConfig;
  /** Read, never written. The caller closes it after the gateway stopped. */
  log: TickLog;
  /** Read, never written. The caller closes it after the gateway stopped. */
  state: MarketState;
  /** Sessions of clients. The caller closes it after the gateway stopped. Without it no session is kept. */
  sessions?: SessionStore;
  /** Tells other gateways. The caller closes it after the gateway stopped. */
  signals?: SignalBus;
  /** Where gateways say what they have to do; without it clients stay where they are. The caller closes it. */
  fleet?: Fleet | undefined;
  /** Where the window of md.updates is kept beside memory. The caller closes it after the gateway stopped. */
  replayStore?: RecordStore | undefined;
  logger: Logger;
  metrics: Registry;
  /** Folder with the built page; none is served without it. */
  page?: { dir: string };
  /** Who accepts connections, where this is one of several threads that serve them. */
  door?: Door;
}

export type Gateway = RunningService & {
  /** The port for clients. */
  readonly port: number;
  /** Serves the certificate that its files hold now; logs what is wrong with it. Without TLS nothing happens. */
  reloadCertificate(): Promise<void>;
  /**
   * Takes nobody new and sends those who are here elsewhere. Resolves when nobody is left, or at the deadline. Without a
   * plan, or parts of it, as the configuration has it.
   */
  drain(plan?: Partial<DrainPlan>): Promise<void>;
  /** What became of a client's session here; undefined where none is known under that name. */
  session(id: string): Promise<SessionReport | undefined>;
};

/** Starts a gateway: reads the log, then listens. Rejects with `StartError` when it may not or can't listen. */
export async function startGateway(deps: GatewayDeps): Promise<Gateway> {
  const { config, log, logger } = deps;
  const heartbeatMs = config.heartbeatMs ?? HEARTBEAT_MS;
  const limits: GatewayLimits = Object.freeze({ ...DEFAULT_LIMITS, ...limitsOf(config), ...config.limits });
  const disagreement = limitsDisagree(limits);
  if (disagreement !== undefined)
    throw new StartError('bad_option', `The gateway's limits contradict each other: ${disagreement}.`);
  checkAdmissionOptions(config);
  const settings = edgeSettings(config);
  // Not refused: a proxy that ends TLS may be in front without being named.
  if (config.jwks && !isLoopback(config.host) && settings.tls === undefined && settings.trustedProxies.length === 0)
    logger.warn({
      event: 'tokens_in_clear',
      help: 'serve TLS with --tls-cert, or name the proxy that does with --trusted-proxies',
    });
  const page = deps.page === undefined ? new Map() : await readStaticFiles(deps.page.dir, limits.pageBytesMax);

  const nowUs = createSteadyClock(logger);
  // Whole: it is told to clients as `since`.
  const nowMs = (): number => Math.floor(nowUs() / 1000);
  const metrics = createMetrics(deps.metrics);
  const circuits = createCircuits(limits, deps.metrics, logger);
  const state = guardedState(deps.state, circuits.store);
  const admission = createAdmission(config, {
    metrics: metrics.admission,
    logger,
    limits,
    nowMs: () => nowUs() / 1000,
    looked: (well) => (well ? circuits.issuer.succeeded() : circuits.issuer.failed()),
  });
  const clocks = new SourceClocks(log.partitions, limits.clockStaleMs);
  const replayMetrics = createReplayMetrics(deps.metrics);
  const { replayStore } = deps;
  const disk =
    replayStore === undefined
      ? undefined
      : new WindowDisk({
          store: replayStore,
          partitions: log.partitions,
          limits: REPLAY_LIMITS,
          logger,
          lost: (records) => replayMetrics.lost(records),
        });
  const feed = new UpdateFeed({ log, state, clocks, limits, disk, metrics, logger, nowMs });
  const failed = (where: string, error: unknown): void => {
    logger.error({ event: 'callback_failed', where, error: error instanceof Error ? error.stack : String(error) });
  };
  const drainMetrics = createDrainMetrics(deps.metrics);
  const entrance = new Entrance({
    draining: () => drain.begun || stopping !== undefined,
    overloaded: () => degradation.full,
    shedding: () => rebalancer?.turnsAway() ?? false,
    full: () => sessions.full(),
    random: Math.random,
  });
  const edge = new EdgeServer({
    host: config.host,
    port: config.port,
    settings,
    door: deps.door,
    heartbeatMs,
    limits,
    metrics,
    edgeMetrics: createEdgeMetrics(deps.metrics),
    tlsMetrics: settings.tls === undefined ? undefined : createTlsMetrics(deps.metrics),
    admission,
    entrance,
    turnedAway: (reason) => drainMetrics.shut(reason),
    page,
    logger,
    nowMs,
    failed,
  });
  const journal = new SessionJournal(JOURNAL_LIMITS, () => nowUs() / 1000);
  const toldTrades = new ToldTrades(limits, nowMs);
  // Frames, and texts by stream: what a gateway costs, other than bytes.
  let written = 0;
  const fanout = new Fanout({
    nowUs,
    timers: { after: (ms, due) => void setTimeout(due, ms).unref() },
    limits,
    observe: metrics.observeHops,
    delivered: (messages, clients, bytes) => {
      if (bytes > 0) written += clients;
      metrics.delivered(messages, clients, bytes);
    },
    encoded: metrics.encoded,
    compressed: metrics.compressed,
    toldTrades,
    replayed: metrics.slow.replayed,
    noted: (message) => journal.told('', message),
    failed: (symbol, error) => {
      metrics.flushFailures.inc();
      failed(`flush of ${symbol}`, error);
    },
  });
  const catchUp =
    disk === undefined
      ? undefined
      : new CatchUp({
          window: (partition) => feed.kept(partition).window,
          disk,
          recordsAtOnce: REPLAY_LIMITS.recordsAtOnce,
          logger,
        });
  const snapshots = new SnapshotReader(state, limits.joinsAtOnce);
  const instruments = new Instruments({
    partitions: log.partitions,
    limits,
    fanout,
    sources: (symbol, partition) => ({
      ...feed.sources(partition),
      read: () => snapshots.read(partition, symbol, feed.position(partition)),
      ...(catchUp === undefined ? {} : { older: (from, take) => catchUp.read(partition, symbol, from, take) }),
      // Does not keep a process alive that is stopping.
      delay: (ms) => delay(ms, undefined, { ref: false }),
      joinAttempts: limits.joinAttempts,
      joinRetryMs: limits.joinRetryMs,
      pendingRetryMs: limits.pendingRetryMs,
    }),
    staleSince: (partition, venue) => clocks.staleSince(partition, venue),
    nowMs,
  });
  const history = new LogTradeHistory({
    known: (symbol) => instruments.known(symbol),
    partition: (partition) => feed.kept(partition),
    disk,
    tradesAtOnce: REPLAY_LIMITS.tradesAtOnce,
  });
  watchPartitions(deps.metrics, {
    counts: () => feed.counts,
    position: (partition) => feed.position(partition),
    waiting: (partition) => instruments.waiting(partition),
  });
  if (deps.signals !== undefined) watchSignals(deps.metrics, deps.signals);
  const context: ProtocolContext = {
    journal,
    ...{ instruments, fanout, admission, limits, metrics, logger, heartbeatMs, nowUs, history },
    ...(deps.sessions === undefined
      ? {}
      : {
          kept: {
            store: guardedSessions(deps.sessions, circuits.sessions),
            signals: deps.signals && guardedSignals(deps.signals, circuits.signals),
            gateway: randomUUID(),
          },
        }),
  };
  const sessions = new Sessions(context);
  const liveness = new Liveness(context, sessions);
  const drain = new Drain({
    sessions,
    slotMs: limits.departureSlotMs,
    afterMs: limits.moveAfterMs,
    url: config.publicUrl === '' ? undefined : config.publicUrl,
    metrics: drainMetrics,
    nowUs,
    end: (session) => {
      metrics.closed('drain');
      session.end('drain');
    },
    logger,
  });
  const degradation = new Degradation({
    limits,
    byLoad: config.degradation === 'on',
    clients: sessions,
    pace: (fastest) => fanout.pace(fastest),
    storeAwayMs: () => circuits.store.awayMs,
    nowUs,
    logger,
  });
  watchDegradation(deps.metrics, {
    level: () => degradation.level,
    load: () => degradation.load,
    intervalMs: () => degradation.intervalMs,
    entered: degradation.entered,
  });
  const rebalancer =
    deps.fleet === undefined
      ? undefined
      : new Rebalancer({
          fleet: circuits.fleet.watched(deps.fleet),
          id: randomUUID(),
          ...{ limits, sessions, nowUs, logger, metrics: drainMetrics, written: () => written },
          ...{ slotMs: limits.departureSlotMs, afterMs: limits.moveAfterMs },
          url: config.publicUrl === '' ? undefined : config.publicUrl,
          end: (session, reason) => {
            metrics.closed(reason);
            session.end(reason);
          },
        });
  drainMetrics.watch({
    draining: () => drain.begun,
    cost: () => rebalancer?.cost ?? 0,
    fleetMembers: () => rebalancer?.members ?? 0,
  });
  const rest = new RestApi({ instruments, state, admission, limits, logger, metrics, flush: () => fanout.flush() });
  const catalogue = new CatalogueWatch(state, instruments, logger, limits.cataloguePollMs);
  metrics.watch({
    connections: () => sessions.size,
    unadmitted: () => sessions.unadmitted,
    subscriptions: () => [...sessions].reduce((sum, { client }) => sum + client.streams.size, 0),
    heldInstruments: () => instruments.heldCount,
    knownInstruments: () => instruments.knownCount,
    cohorts: () => fanout.cohorts.size,
    cohortClients: () => fanout.cohorts.clients,
    windowBytes: () => feed.windowBytes,
    unreadBytes: () => liveness.unreadBytes,
    mergedClients: () => liveness.merged,
    toldTradesBytes: () => toldTrades.bytes,
    logBehindSeconds: () => feed.behindMs / 1000,
  });
  replayMetrics.watch({
    storeBytes: () => disk?.bytes ?? 0,
    storeDamaged: () => disk?.damaged ?? 0,
    notedRecords: () => feed.notedRecords,
    filledPartitions: () => feed.filledPartitions,
  });
  metrics.sessions.watch({
    stored: () => sessions.resume.keeper?.size ?? 0,
    resuming: () => sessions.resume.resumptions.positions,
    shared: () => sessions.resume.replays.sharedTrades,
  });

  await admission.open();
  await catalogue.start();
  await feed.start(instruments);
  sessions.resume.keeper?.start();
  let port: number;
  try {
    port = await edge.listen(sessions, rest, (session) => liveness.drained(session));
  } catch (error) {
    edge.close();
    admission.close();
    await Promise.all([feed.close(), catalogue.close()]);
    throw error;
  }
  const sweepMs = Math.min(limits.sweepMs, heartbeatMs / 2);
  let lookedAtMs = performance.now();
  let cpu = process.cpuUsage();
  let utilization = performance.eventLoopUtilization();
  let flushedMs = 0;
  let dataMs = 0;
  const lookAtLoad = (): void => {
    const now = performance.now();
    const { user, system } = process.cpuUsage(cpu);
    degradation.look(
      {
        elapsedMs: now - lookedAtMs,
        expectedMs: sweepMs,
        cpuMs: (user + system) / 1000,
        busyShare: performance.eventLoopUtilization(utilization).utilization,
        flushMs: fanout.flushedMs - flushedMs,
        dataMs: fanout.flushedMs + feed.takenMs - dataMs,
        behindMs: feed.behindMs,
        unreadShare: liveness.unreadBytes / limits.unreadBytesMax,
      },
      now,
    );
    lookedAtMs = now;
    cpu = process.cpuUsage();
    utilization = performance.eventLoopUtilization();
    flushedMs = fanout.flushedMs;
    dataMs = flushedMs + feed.takenMs;
  };
  rebalancer?.start();
  const timer = setInterval(() => {
    try {
      lookAtLoad();
      liveness.sweep();
      sessions.sweep();
      feed.sweep();
      fanout.sweep();
      toldTrades.sweep();
      instruments.clocksTurned(clocks.turns(nowMs()));
      instruments.sweep(degradation.storeGone);
    } catch (error) {
      failed('sweep', error);
    }
  }, sweepMs);

  let stopping: Promise<void> | undefined;
  const emptied = (plan: Partial<DrainPlan> = {}): Promise<void> => {
    edge.stopListening();
    rebalancer?.leaves();
    const { drainPerSecond = DRAIN_PER_SECOND, drainMs = 0 } = config;
    return drain.run({ perSecond: plan.perSecond ?? drainPerSecond, deadlineMs: plan.deadlineMs ?? drainMs });
  };
  const stop = async (): Promise<void> => {
    const clients = sessions.size;
    // One that was begun before may have a later deadline than a stop has.
    await Promise.race([emptied(), delay(config.drainMs ?? 0, undefined, { ref: false })]);
    clearInterval(timer);
    if (sessions.size > 0) sessions.drain();
    if (clients > 0) await delay(limits.closeFramesMs);
    await rebalancer?.stop();
    await sessions.resume.keeper?.close(limits.sessionsStopMs);
    edge.close();
    admission.close();
    await Promise.all([feed.close(), catalogue.close()]);
    instruments.close();
  };
  return {
    name: 'gateway',
    port,
    reloadCertificate: () => edge.reloadCertificate(),
    drain: emptied,
    session: async (id) =>
      reportOf(
        id,
        [...sessions].find(({ client, identity }) => client.session === id || identity.id === id),
        journal,
        (symbol) => partitionOf(symbol, log.partitions),
      ),
    ready: () => {
      if (stopping !== undefined) return { ready: false, reason: 'stopping' };
      if (drain.begun) return { ready: false, reason: `draining, ${sessions.size} clients are left` };
      const reason = feed.notReady() || admission.notReady();
      return { ready: reason === '', reason };
    },
    failed: log.failed,
    stop: () => (stopping ??= stop()),
  };
}
