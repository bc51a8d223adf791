import { openMemoryMarketState } from '@tapecast/market-state';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import { openMemoryTickLog } from '@tapecast/tick-log';
import { startGateway } from '../../src/index.ts';
import { MarketWriter } from '../stand/market-writer.ts';

/** The measured process of `degradation.ts`: a gateway, and a market of one instrument whose trades have the time in their id. */
const log = openMemoryTickLog({ partitions: 1 });
const state = openMemoryMarketState();
const metrics = createRegistry();
const market = await MarketWriter.open(log, state);
const [, , degradation = 'off', perSecond = '40'] = process.argv;
const change = (): void => {
  const id = `${Math.round(performance.timeOrigin + performance.now())}`;
  market.trade('AAPL$US', 15_000, 1_000, id);
  market.quote('AAPL$US', 15_000 + (Number(id) % 100));
  market.depth('AAPL$US', [15_000, Number(id) % 1_000], [15_001, Number(id) % 900]);
  market.kline('AAPL$US', 60_000, 15_000 + (Number(id) % 100));
};
change();
await market.write();
await market.checkpoint();
const gateway = await startGateway({
  config: { host: '127.0.0.1', port: 0, anonymous: true, degradation: degradation === 'on' ? 'on' : 'off' },
  log,
  state,
  logger: createLogger('gateway', 'silent'),
  metrics,
});
process.send?.({ port: gateway.port });
const gauge = async (name: string): Promise<number> =>
  Number(new RegExp(`^${name} (\\S+)`, 'm').exec(await metrics.metrics())?.[1]);

process.on('message', () => {
  const begunAt = performance.now();
  let made = 0;
  const goOn = async (): Promise<never> => {
    for (;;) {
      // A loop that is late catches up: the market does not wait for it.
      for (const due = ((performance.now() - begunAt) * Number(perSecond)) / 1_000; made < due; made++) {
        change();
        await market.write();
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  // Owned: a log that fails ends the process.
  void goOn();
  setInterval(() => {
    const told = Promise.all([gauge('tapecast_gateway_load'), gauge('tapecast_gateway_degraded_level')]);
    // The parent may just be gone.
    void told.then(([load, level]) => process.send?.({ load, level }, undefined, undefined, () => {}));
  }, 1_000);
});
process.on('disconnect', () => process.exit(0));
