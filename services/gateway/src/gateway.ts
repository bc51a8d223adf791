import { setTimeout as delay } from 'node:timers/promises';
import type { MarketState } from '@tapecast/market-state';
import {
  createSteadyClock,
  isLoopback,
  type Logger,
  type Registry,
  type RunningService,
  StartError,
} from '@tapecast/service-kit';
import type { TickLog } from '@tapecast/tick-log';
import { checkAdmissionOptions, createAdmission } from './admission/admission.ts';
import { type GatewayConfig, HEARTBEAT_MS } from './config.ts';
import type { Door } from './edge/acceptor.ts';
import { createEdgeMetrics, createTlsMetrics } from './edge/metrics.ts';
import { edgeSettings, limitsOf } from './edge/options.ts';
import { EdgeServer } from './edge/server.ts';
import { readStaticFiles } from './edge/static-files.ts';
import { Fanout } from './fanout/fanout.ts';
import { DEFAULT_LIMITS, type GatewayLimits, limitsDisagree } from './limits.ts';
import { createMetrics } from './metrics.ts';
import { Liveness } from './protocol/liveness.ts';
import { Sessions } from './protocol/sessions.ts';
import { RestApi } from './rest/api.ts';
import { ToldTrades } from './slow/told-trades.ts';
import { CatalogueWatch } from './subscriptions/catalogue.ts';
import { Instruments } from './subscriptions/instruments.ts';
import { SnapshotReader } from './subscriptions/snapshot-reader.ts';
import { SourceClocks } from './subscriptions/source-clocks.ts';
import { UpdateFeed } from './subscriptions/update-feed.ts';

export interface GatewayDeps {
  config: GatewayConfig;
  /** Read, never written. The caller closes it after the gateway stopped. */
  log: TickLog;
  /** Read, never written. The caller closes it after the gateway stopped. */
  state: MarketState;
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
};

/** How long the close frames have to reach their clients before the sockets are cut. */
const DRAIN_MS = 250;

/** Starts a gateway: reads the log, then listens. Rejects with `StartError` when it may not or can't listen. */
export async function startGateway(deps: GatewayDeps): Promise<Gateway> {
  const { config, log, state, logger } = deps;
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
  const admission = createAdmission(config, { metrics: metrics.admission, logger, nowMs: () => nowUs() / 1000 });
  const clocks = new SourceClocks(log.partitions, limits.clockStaleMs);
  const feed = new UpdateFeed({ log, state, clocks, limits, metrics, logger, nowMs });
  const failed = (where: string, error: unknown): void => {
    logger.error({ event: 'callback_failed', where, error: error instanceof Error ? error.stack : String(error) });
  };
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
    page,
    logger,
    nowMs,
    failed,
  });
  const toldTrades = new ToldTrades(limits, nowMs);
  const fanout = new Fanout({
    nowUs,
    timers: { after: (ms, due) => void setTimeout(due, ms).unref() },
    limits,
    observe: metrics.observeHops,
    delivered: metrics.delivered,
    encoded: metrics.encoded,
    compressed: metrics.compressed,
    toldTrades,
    replayed: metrics.slow.replayed,
    failed: (symbol, error) => {
      metrics.flushFailures.inc();
      failed(`flush of ${symbol}`, error);
    },
  });
  const snapshots = new SnapshotReader(state, limits.joinsAtOnce);
  const instruments = new Instruments({
    partitions: log.partitions,
    limits,
    fanout,
    sources: (symbol, partition) => ({
      ...feed.sources(partition),
      read: () => snapshots.read(partition, symbol, feed.position(partition)),
      // Does not keep a process alive that is stopping.
      delay: (ms) => delay(ms, undefined, { ref: false }),
      joinAttempts: limits.joinAttempts,
      joinRetryMs: limits.joinRetryMs,
      pendingRetryMs: limits.pendingRetryMs,
    }),
    staleSince: (partition, venue) => clocks.staleSince(partition, venue),
    nowMs,
  });
  const context = { instruments, fanout, admission, limits, metrics, logger, heartbeatMs, nowUs };
  const sessions = new Sessions(context);
  const liveness = new Liveness(context, sessions);
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

  await admission.open();
  await catalogue.start();
  await feed.start(instruments);
  let port: number;
  try {
    port = await edge.listen(sessions, rest, (session) => liveness.drained(session));
  } catch (error) {
    edge.close();
    admission.close();
    await Promise.all([feed.close(), catalogue.close()]);
    throw error;
  }
  const timer = setInterval(
    () => {
      try {
        liveness.sweep();
        fanout.sweep();
        toldTrades.sweep();
        instruments.clocksTurned(clocks.turns(nowMs()));
        instruments.sweep();
      } catch (error) {
        failed('sweep', error);
      }
    },
    Math.min(limits.sweepMs, heartbeatMs / 2),
  );

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    edge.stopListening();
    clearInterval(timer);
    if (sessions.size > 0) {
      sessions.drain();
      await delay(DRAIN_MS);
    }
    edge.close();
    admission.close();
    await Promise.all([feed.close(), catalogue.close()]);
    instruments.close();
  };
  return {
    name: 'gateway',
    port,
    reloadCertificate: () => edge.reloadCertificate(),
    ready: () => {
      if (stopping !== undefined) return { ready: false, reason: 'stopping' };
      const reason = feed.notReady() || admission.notReady();
      return { ready: reason === '', reason };
    },
    failed: log.failed,
    stop: () => (stopping ??= stop()),
  };
}
