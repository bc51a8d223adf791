import { setTimeout as delay } from 'node:timers/promises';
import { openRedisMarketState } from '@tapecast/market-state';
import { runServiceProcess } from '@tapecast/service-kit';
import { openKafkaTickLog } from '@tapecast/tick-log';
import { checkAdmissionOptions } from './admission/admission.ts';
import { gatewayProcessSchema } from './config.ts';
import { edgeSettings } from './edge/options.ts';
import { startGateway } from './gateway.ts';
import { startThreadedGateway } from './threads/threaded-gateway.ts';

const READY_POLL_MS = 20;

await runServiceProcess({
  name: 'gateway',
  summary: 'Holds clients: turns the updates of Kafka into WebSocket frames, and answers REST requests beside it.',
  schema: gatewayProcessSchema,
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
    const threaded = config.threads > 1 ? await startThreadedGateway({ config, log, logger, metrics }) : undefined;
    // Threads that serve have a store each.
    const state = threaded === undefined ? await openRedisMarketState({ nodes: config.redis, logger }) : undefined;
    const page = config.pageDir === '' ? {} : { page: { dir: config.pageDir } };
    const gateway = threaded ?? (await startGateway({ config, log, state: state!, logger, metrics, ...page }));
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
    return {
      service: {
        name: gateway.name,
        ready: () => gateway.ready(),
        failed: gateway.failed,
        stop: async () => {
          await gateway.stop();
          await Promise.all([log.close(), state?.close()]);
        },
      },
      addresses: [`${tls ? 'https' : 'http'}://${config.host}:${gateway.port}`],
      ...(threaded === undefined ? {} : { metrics: () => threaded.metricsText() }),
    };
  },
});
