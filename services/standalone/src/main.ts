import { runCommand } from '@tapecast/service-kit';
import { standaloneSchema } from './config.ts';
import { startStandalone } from './standalone.ts';

await runCommand({
  description: {
    usage: 'npm start --',
    summary:
      'Runs Tapecast in one process: feed, log, fold, gateway and page. Without --auth market data is open to anyone on this machine.',
  },
  schema: standaloneSchema,
  start: startStandalone,
});
