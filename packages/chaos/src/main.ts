import { runTask } from '@tapecast/service-kit';
import { type ChaosConfig, chaos, description, schema } from './command.ts';

const abort = new AbortController();
// What was stopped or cut off is healed, and the cluster is ended, before this process ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());

await runTask(
  {
    description,
    schema,
    run: async (config: ChaosConfig) => {
      if (!(await chaos(config, abort.signal))) process.exitCode = 1;
    },
  },
  process.argv.slice(2),
);
// Sockets of clients that were let go may linger.
process.exit();
