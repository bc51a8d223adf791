import { startGateway } from '@tapecast/gateway';
import { openMemoryMarketState } from '@tapecast/market-state';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import { openMemoryTickLog } from '@tapecast/tick-log';
import { answer } from '../fan-out/child.ts';
import { paced } from '../fan-out/pace.ts';

/** What a window of the load cost, and what was so in the gateway. */
export interface Window {
  cpuSeconds: number;
  wallSeconds: number;
  deliveries: number;
  /** Most of all looks, a few a second. */
  rssBytes: number;
  unreadBytes: number;
  merged: number;
  /** Sums over the window. */
  spells: number;
  caughtUp: number;
  closedSlow: number;
  /** The longest that the loop was held up, in ms. */
  stallMs: number;
}

const LOOK_MS = 200;

/** The gateway that is measured, in a process of its own. Records of `md.updates` enter by the memory driver of the log. */
const slowBytes = Number(process.argv[2]);
const log = openMemoryTickLog({ partitions: 1 });
const metrics = createRegistry();
const producer = await log.producer('md.updates');
const gateway = await startGateway({
  config: {
    host: '127.0.0.1',
    port: 0,
    anonymous: true,
    heartbeatMs: 120_000,
    // Good clients would be told less because others are slow, and that less would count as good.
    degradation: 'off',
    limits: { slowBytes },
  },
  log,
  state: openMemoryMarketState(),
  logger: createLogger('gateway', 'warn'),
  metrics,
});
let records: Uint8Array[] = [];

async function value(name: string, labels?: Record<string, string>): Promise<number> {
  const values = (await metrics.getSingleMetric(name)?.get())?.values ?? [];
  return values
    .filter((one) => Object.entries(labels ?? {}).every(([label, text]) => one.labels[label] === text))
    .reduce((sum, one) => sum + one.value, 0);
}

const counters = async (): Promise<number[]> => [
  await value('tapecast_gateway_deliveries_total'),
  await value('tapecast_gateway_slow_spells_total'),
  await value('tapecast_gateway_slow_caught_up_total'),
  await value('tapecast_gateway_closes_total', { reason: 'slowConsumer' }),
];

answer({
  port: () => gateway.port,
  load: (request: { records: Uint8Array[] }) => {
    records = request.records;
  },
  value: ({ name }: { name: string }) => value(name),
  /** Writes what was loaded from `from` to `to`, one record each `everyMs` from `beginAtMs` (Unix) on. */
  run: async ({ from, to, everyMs, beginAtMs }: { from: number; to: number; everyMs: number; beginAtMs: number }) => {
    const before = await counters();
    const most = { rssBytes: 0, unreadBytes: 0, merged: 0, stallMs: 0 };
    let beat = performance.now();
    const beats = setInterval(() => {
      const now = performance.now();
      most.stallMs = Math.max(most.stallMs, now - beat - 5);
      beat = now;
    }, 5);
    const looks = setInterval(() => {
      // Owned here: reading a gauge fails in no way that would end the bench silently, as its sum would be missing.
      void Promise.all([value('tapecast_gateway_unread_bytes'), value('tapecast_gateway_merged_connections')]).then(
        ([unread, merged]) => {
          most.rssBytes = Math.max(most.rssBytes, process.memoryUsage.rss());
          most.unreadBytes = Math.max(most.unreadBytes, unread);
          most.merged = Math.max(most.merged, merged);
        },
      );
    }, LOOK_MS);
    const lateMs = beginAtMs - (performance.timeOrigin + performance.now());
    const spent = await paced(
      to - from,
      (i) => lateMs + i * everyMs,
      (i) => producer.send([{ partition: 0, records: [{ key: undefined, value: records[from + i] as Uint8Array }] }]),
    );
    clearInterval(beats);
    clearInterval(looks);
    const after = await counters();
    const [deliveries, spells, caughtUp, closedSlow] = after.map((one, i) => one - (before[i] as number));
    return { ...spent, ...most, deliveries, spells, caughtUp, closedSlow } as Window;
  },
});
