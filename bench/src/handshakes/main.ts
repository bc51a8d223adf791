import { startGateway } from '@tapecast/gateway';
import { openMemoryMarketState } from '@tapecast/market-state';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import { openMemoryTickLog } from '@tapecast/tick-log';

/** The gateway that is measured, in a process of its own: tokens are checked, and who has none is let in as anonymous. */
const [jwks = '', tokenIssuer = ''] = process.argv.slice(2);
const gateway = await startGateway({
  config: { host: '127.0.0.1', port: 0, anonymous: true, jwks, tokenIssuer },
  log: openMemoryTickLog({ partitions: 1 }),
  state: openMemoryMarketState(),
  logger: createLogger('gateway', 'warn'),
  metrics: createRegistry(),
});

// Any message asks for the CPU time used so far, of all threads: signatures are checked on others.
process.on('message', () => process.send?.(process.cpuUsage()));
process.once('disconnect', () => process.exit(0));
process.send?.(gateway.port);
