import { setTimeout as delay } from 'node:timers/promises';
import { openRedisMarketState } from '@tapecast/market-state';
import { runServiceProcess } from '@tapecast/service-kit';
import { openKafkaTickLog } from '@tapecast/tick-log';
import { startCompute } from './compute.ts';
import { computeProcessSchema } from './config.ts';
import { MemberFile } from './consume/member-file.ts';

const READY_POLL_MS = 20;

await runServiceProcess({
  name: 'compute',
  summary: 'Folds the ticks of Kafka into numbered updates and the state behind them.',
  schema: computeProcessSchema,
  async start(config, { logger, metrics, whileStarting }) {
    const log = await openKafkaTickLog({
      brokers: config.kafka,
      clientId: 'tapecast-compute',
      partitions: config.partitions,
      replication: config.replication,
      sessionTimeoutMs: config.groupSessionMs,
      logger,
    });
    const state = await openRedisMarketState({ nodes: config.redis, logger });
    const member = config.memberFile === '' ? undefined : new MemberFile(config.memberFile, logger);
    const compute = await startCompute({ config, log, state, logger, metrics, member });
    whileStarting(() => compute.ready());
    // The `ready` line promises that ticks are folded: the group has given partitions and they are restored.
    let failure: Error | undefined;
    void compute.failed.then((error) => {
      failure = error;
    });
    while (!compute.ready().ready) {
      if (failure !== undefined) throw failure;
      await delay(READY_POLL_MS);
    }
    return {
      service: {
        name: compute.name,
        ready: () => compute.ready(),
        failed: compute.failed,
        stop: async () => {
          await compute.stop();
          await Promise.all([log.close(), state.close()]);
        },
      },
      addresses: [],
    };
  },
});
