import { setTimeout as delay } from 'node:timers/promises';
import { openMemoryMarketState, openMemorySessionStore } from '@tapecast/market-state';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import { openMemoryTickLog } from '@tapecast/tick-log';
import { startGateway } from '../../src/index.ts';
import { MarketWriter } from '../stand/market-writer.ts';
import { CHANNELS, SYMBOLS } from './world.ts';

/** The gateway that is attacked, in a process of its own, and a market that goes on whatever comes. */

const WRITE_EVERY_MS = 10;
/** Between two collections of garbage. */
const GC_MS = 50;
const START_MS = 1_700_000_000_000;

const log = openMemoryTickLog({ partitions: 3 });
const state = openMemoryMarketState();
const metrics = createRegistry();
const market = await MarketWriter.open(log, state);
let turn = 0;

/** The trade's time is the wall clock's, so that a client can tell how old it is. */
function move(symbol: string): void {
  const price = 15_000 + (turn % 100);
  const timestampUs = Math.floor((performance.timeOrigin + performance.now()) * 1_000);
  const body = { id: String(turn), price, size: 1 + turn, side: 'buy' as const, conditions: [] };
  market.update(symbol, 'trade', { kind: 'trade', ...body }, { timestampUs });
  market.quote(symbol, price, { bid: price - 1, ask: price + 1 });
  market.depth(symbol, [price - 1, turn % 7], [price + 1, turn % 5], turn % 50 === 0);
  market.kline(symbol, START_MS + 60_000 * Math.floor(turn / 500), price);
}

for (const symbol of SYMBOLS) move(symbol);
await market.write();
const gateway = await startGateway({
  config: {
    host: '127.0.0.1',
    port: 0,
    anonymous: true,
    // The attackers are to get on with it; each of them is closed for its nonsense all the same, later.
    limits: { messagesBurst: 1e6, messagesPerSecond: 1e6, pairsBurst: 1e6, pairsPerSecond: 1e6, badMessagesMax: 5_000 },
  },
  log,
  state,
  sessions: openMemorySessionStore(),
  logger: createLogger('gateway', 'error'),
  metrics,
});

let writing: Promise<void> = Promise.resolve();
const timer = setInterval(() => {
  turn++;
  // One symbol at a time, and now and then all.
  for (const symbol of turn % 10 === 0 ? SYMBOLS : [SYMBOLS[turn % SYMBOLS.length] as string]) move(symbol);
  writing = writing.then(() => market.write());
}, WRITE_EVERY_MS);

const total = async (name: string): Promise<number> =>
  ((await metrics.getSingleMetric(name)?.get())?.values ?? []).reduce((sum, { value }) => sum + value, 0);

/** What is kept, in the heap and in buffers beside it: RSS has what is not collected yet, too, and what the allocator keeps for later. */
async function keptMib(): Promise<number> {
  // The first finds what nobody has, and its buffers are counted until a later one: they are freed beside it.
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await delay(GC_MS);
  }
  const { heapUsed, external } = process.memoryUsage();
  return Math.round((heapUsed + external) / 2 ** 20);
}

process.on('message', (question: 'state' | 'last' | 'kept') => {
  if (question === 'last') clearInterval(timer);
  if (question === 'kept') {
    void keptMib().then((mib) => process.send?.(mib));
    return;
  }
  // The market's last numbers count only when they are written.
  void writing.then(async () => {
    const lasts: Record<string, number> = {};
    for (const symbol of SYMBOLS)
      for (const channel of CHANNELS) {
        const sequence = channel.startsWith('depth') ? 'depth' : channel;
        lasts[`${symbol} ${channel}`] = market.view(symbol).seqs[sequence as 'trade'];
      }
    process.send?.({
      rssMib: Math.round(process.memoryUsage.rss() / 2 ** 20),
      flushFailures: await total('tapecast_gateway_flush_failures_total'),
      badMessages: await total('tapecast_gateway_bad_messages_total'),
      clientMessages: await total('tapecast_gateway_client_messages_total'),
      lasts,
    });
  });
});
process.once('disconnect', () => process.exit(0));
process.send?.(gateway.port);
