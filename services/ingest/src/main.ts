import { openRedisMarketState } from '@tapecast/market-state';
import { clusterOptions, processOptions, runServiceProcess } from '@tapecast/service-kit';
import { openKafkaTickLog } from '@tapecast/tick-log';
import { z } from 'zod';
import { ingestOptions } from './config.ts';
import { startIngest } from './ingest.ts';

await runServiceProcess({
  name: 'ingest',
  summary: 'Reads a feed, normalises it and writes md.ticks.',
  schema: z.object({ ...processOptions, ...clusterOptions, ...ingestOptions }),
  async start(config, { logger, metrics }) {
    const log = await openKafkaTickLog({ brokers: config.kafka, partitions: config.partitions, logger });
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
