import { setTimeout as delay } from 'node:timers/promises';
import { openRedisFleet, openRedisMarketState, openRedisSessionStore } from '@tapecast/market-state';
import { runServiceProcess } from '@tapecast/service-kit';
import { openRedisSignalBus } from '@tapecast/signal-bus';
import { openKafkaTickLog } from '@tapecast/tick-log';
import { checkAdmissionOptions } from './admission/admission.ts';
import { gatewayProcessSchema } from './config.ts';
import { drainRoute } from './drain/drain-route.ts';
import { edgeSettings } from './edge/options.ts';
import { sessionRoute } from './explain/session-route.ts';
import { startGateway } from './gateway.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { openReplayStore } from './replay/replay-store.ts';
import { startThreadedGateway } from './threads/threaded-gateway.ts';

const READY_POLL_MS = 20;
/** What a stop takes beside waiting for clients to leave. */
const STOP_MS = 4_000;
/** As any service, where clients are not waited for that long. */
const STOP_MS_LEAST = 14_000;

await runServiceProcess({
  name: 'gateway',
  summary: 'Holds clients: turns the updates of Kafka into WebSocket frames, and answers REST requests beside it.',
  schema: gatewayProcessSchema,
  stopMsMax: ({ drainMs }) => Math.max(STOP_MS_LEAST, drainMs + STOP_MS),
  async start(config, { logger, metrics, whileStarting }) {
    // What may not be served is refused before anything is opened.
    checkAdmissionOptions(config);
    edgeSettings(config);
    const log = await openKafkaTickLog({
      brokers: config.kafka,
      clientId: 'tapecast-gateway',
      partitions: config.partitions,
      replication: config.replication,
      logger,
    });
    const { dataDir } = config;
    const replayStore =
      dataDir === '' ? undefined : await openReplayStore(dataDir, log, DEFAULT_LIMITS.replayWindowMs, logger);
    const threaded =
      config.threads > 1 ? await startThreadedGateway({ config, log, replayStore, logger, metrics }) : undefined;
    // Threads that serve have a store each.
    const state = threaded === undefined ? await openRedisMarketState({ nodes: config.redis, logger }) : undefined;
    const sessions = threaded === undefined ? await openRedisSessionStore({ nodes: config.redis, logger }) : undefined;
    const signals = threaded === undefined ? await openRedisSignalBus({ nodes: config.redis, logger }) : undefined;
    const fleet =
      threaded === undefined && config.rebalance === 'on'
        ? await openRedisFleet({ nodes: config.redis, logger })
        : undefined;
    const page = config.pageDir === '' ? {} : { page: { dir: config.pageDir } };
    const gateway =
      threaded ??
      (await startGateway({
        config,
        log,
        state: state!,
        sessions: sessions!,
        signals: signals!,
        fleet,
        replayStore,
        logger,
        metrics,
        ...page,
      }));
    whileStarting(() => gateway.ready());
    const tls = config.tlsCert !== '';
    // Without a certificate a hangup ends the process, as it does any other.
    if (tls) process.on('SIGHUP', () => void gateway.reloadCertificate());
    let failure: Error | undefined;
    void gateway.failed.then((error) => {
      failure = error;
    });
    // The `ready` line promises that a client can be served: the log is read to its end first.
    while (!gateway.ready().ready) {
      if (failure !== undefined) throw failure;
      await delay(READY_POLL_MS);
    }
    let drained: () => void = () => {};
    const finished = new Promise<void>((resolve) => {
      drained = resolve;
    });
    const drainFailed = (error: unknown): void => logger.error({ event: 'drain_failed', error: String(error) });
    return {
      service: {
        name: gateway.name,
        ready: () => gateway.ready(),
        failed: gateway.failed,
        finished,
        stop: async () => {
          await gateway.stop();
          await Promise.all([
            log.close(),
            state?.close(),
            sessions?.close(),
            signals?.close(),
            fleet?.close(),
            replayStore?.close(),
          ]);
        },
      },
      routes: {
        'GET /sessions/*': sessionRoute((id) => gateway.session(id)),
        'POST /drain': drainRoute((plan) => gateway.drain(plan), drained, drainFailed),
      },
      addresses: [`${tls ? 'https' : 'http'}://${config.host}:${gateway.port}`],
      ...(threaded === undefined ? {} : { metrics: () => threaded.metricsText() }),
    };
  },
});
