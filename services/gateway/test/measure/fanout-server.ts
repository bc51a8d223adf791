import { openMemoryMarketState } from '@tapecast/market-state';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import { openMemoryTickLog } from '@tapecast/tick-log';
import { startGateway } from '../../src/index.ts';
import { MarketWriter } from '../stand/market-writer.ts';

/** The measured process of `fanout.ts`: a gateway, and trades of one instrument written at the given rate. */
const log = openMemoryTickLog({ partitions: 1 });
const state = openMemoryMarketState();
const metrics = createRegistry();
const market = await MarketWriter.open(log, state);
market.trade('AAPL$US', 15_025);
await market.write();
const [, , tlsCert = '', tlsKey = ''] = process.argv;
const gateway = await startGateway({
  config: { host: '127.0.0.1', port: 0, anonymous: true, tlsCert, tlsKey },
  log,
  state,
  logger: createLogger('gateway', 'warn'),
  metrics,
});
process.send?.({ port: gateway.port });
async function measure({
  updates,
  everyMs,
  forMs,
}: {
  updates: number;
  everyMs: number;
  forMs: number;
}): Promise<void> {
  const text = async (name: string): Promise<number> =>
    Number(
      (await metrics.metrics())
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    );
  // Made before the clock starts: making updates is compute's work, not the gateway's.
  const made = Array.from({ length: Math.ceil(forMs / everyMs) }, () =>
    Array.from({ length: updates }, (_, i) => market.trade('AAPL$US', 15_000 + i, 100, '37210011')),
  );
  market.forgetUnwritten();
  const before = [
    await text('tapecast_gateway_deliveries_total'),
    await text('tapecast_gateway_delivered_bytes_total'),
  ];
  const cpu = process.cpuUsage();
  const begin = performance.now();
  for (const [i, batch] of made.entries()) {
    const due = begin + i * everyMs;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    await market.writeBatch(0, new Map([['AAPL$US', batch]]));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  const used = process.cpuUsage(cpu);
  const after = [await text('tapecast_gateway_deliveries_total'), await text('tapecast_gateway_delivered_bytes_total')];
  process.send?.({
    cpuS: (used.user + used.system) / 1e6,
    tookS: (performance.now() - begin) / 1e3,
    deliveries: after[0]! - before[0]!,
    bytes: after[1]! - before[1]!,
  });
}

// A failed measurement ends the process: the parent sees it go.
process.on('message', (load: Parameters<typeof measure>[0]) => void measure(load));
process.on('disconnect', () => process.exit(0));
