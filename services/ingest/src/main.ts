import { openRedisMarketState } from '@tapecast/market-state';
import { runServiceProcess } from '@tapecast/service-kit';
import { openKafkaTickLog } from '@tapecast/tick-log';
import { ingestProcessSchema } from './config.ts';
import { startIngest } from './ingest.ts';

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
    const ingest = await startIngest({ config, log, state, logger, metrics });
    return {
      service: {
        name: ingest.name,
        ready: () => ingest.ready(),
        failed: ingest.failed,
        stop: async () => {
          await ingest.stop();
          await state.close();
          await log.close();
        },
      },
      addresses: [],
    };
  },
});
