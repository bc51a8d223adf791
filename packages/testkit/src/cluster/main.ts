import { runCommand } from '@tapecast/service-kit';
import { startLocalCluster } from './cluster.ts';
import { clusterSchema } from './config.ts';

await runCommand({
  description: {
    usage: 'npm run cluster --',
    summary:
      'Runs Tapecast on real Kafka, Redis Cluster and nginx, a process each, on this machine. Without --auth market data is open to anyone on it.',
  },
  schema: clusterSchema,
  abortable: true,
  start: startLocalCluster,
});
