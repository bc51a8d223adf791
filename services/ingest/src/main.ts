import { openRedisLeases, openRedisMarketState } from '@tapecast/market-state';
import { runServiceProcess } from '@tapecast/service-kit';
import { openKafkaTickLog } from '@tapecast/tick-log';
import { ingestProcessSchema } from './config.ts';
import { startIngest } from './ingest.ts';
import { succeed } from './lead/succession.ts';
import { LIMITS } from './limits.ts';
import { openSpool } from './publish/open-spool.ts';

await runServiceProcess({
  name: 'ingest',
  summary: 'Reads a feed, normalises it and writes md.ticks.',
  schema: ingestProcessSchema,
  async start(config, { logger, metrics }) {
    const log = await openKafkaTickLog({
      brokers: config.kafka,
      clientId: 'tapecast-ingest',
      partitions: config.partitions,
      replication: config.replication,
      logger,
    });
    const state = await openRedisMarketState({ nodes: config.redis, logger });
    // A lease that is asked about for longer than it lasts is no answer.
    const leases = await openRedisLeases({ nodes: config.redis, logger, callTimeoutMs: LIMITS.leaseCallMsMax });
    const spoolStore =
      config.spoolDir === ''
        ? undefined
        : await openSpool({ path: config.spoolDir, generation: log.generation, logger });
    const ingest = await startIngest({
      config,
      log,
      state,
      leases,
      ...(spoolStore === undefined ? {} : { spoolStore, owner: await succeed(config.spoolDir, logger) }),
      logger,
      metrics,
    });
    return {
      service: {
        name: ingest.name,
        ready: () => ingest.ready(),
        failed: ingest.failed,
        stop: async () => {
          await ingest.stop();
          await leases.close();
          await spoolStore?.close();
          await state.close();
          await log.close();
        },
      },
      addresses: [],
    };
  },
});
