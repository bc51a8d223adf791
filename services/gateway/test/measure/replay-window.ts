import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openMemoryMarketState } from '@tapecast/market-state';
import { openRecordStore } from '@tapecast/replay-store';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import type { LogProducer, ReaderOptions, TickLog } from '@tapecast/tick-log';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { createMetrics } from '../../src/metrics.ts';
import { REPLAY_LIMITS } from '../../src/replay/limits.ts';
import { WindowDisk } from '../../src/replay/window-disk.ts';
import { Instruments } from '../../src/subscriptions/instruments.ts';
import { SourceClocks } from '../../src/subscriptions/source-clocks.ts';
import { UpdateFeed } from '../../src/subscriptions/update-feed.ts';
import { MarketWriter } from '../stand/market-writer.ts';

/**
 * What the replay window takes of memory and disk, for as long as it is and a quarter more, which is how late the disk is given back: 50
 * instruments in 4 partitions, 25 updates a record, of which 70 in 100 are quotes, 15 trades, 9 bars and 6 book differences, as a fold of
 * BTCUSDT gives them. The log's time is made, so it takes as long as the work. With fewer updates a second than are meant bytes are
 * scaled up. Run: node --expose-gc --conditions=source services/gateway/test/measure/replay-window.ts [updates/s] [disk|memory]
 */
const MEANT_PER_SECOND = 20_000;
const PER_SECOND = Number(process.argv[2] ?? 5_000);
const MODE = process.argv[3] ?? 'disk';
const PARTITIONS = 4;
const UPDATES_A_RECORD = 25;
const SYMBOLS = Array.from({ length: 50 }, (_, i) => `S${i}$US`);
const SPAN_MS = DEFAULT_LIMITS.replayWindowMs * 1.25;
const MIB = 2 ** 20;

let nowMs = 1_700_000_000_000;
let live: ReaderOptions | undefined;
const next = Array.from({ length: PARTITIONS }, () => 0);
const log = {
  partitions: PARTITIONS,
  generation: 'measure',
  offsets: async () => next.map((end) => ({ oldest: 0, end })),
  offsetsAt: async () => next.map(() => 0),
  read: async (options: ReaderOptions) => {
    if (live === undefined) live = options;
    else for (let partition = 0; partition < PARTITIONS; partition++) options.onEnd?.(partition, 0);
    return { position: (partition: number) => next[partition] as number, close: async () => {} };
  },
  producer: async (): Promise<LogProducer> =>
    ({
      send: async (batches: { partition: number; records: { value: Uint8Array }[] }[]) => {
        const firsts = new Map<number, number>();
        for (const { partition, records } of batches) {
          const offset = next[partition] as number;
          firsts.set(partition, offset);
          next[partition] = offset + records.length;
          const read = records.map(({ value }, i) => ({
            offset: offset + i,
            key: undefined,
            value: Buffer.from(value),
            appendedAtMs: nowMs,
          }));
          await live?.onRecords(partition, read, offset + records.length);
        }
        return firsts;
      },
      close: async () => {},
    }) as unknown as LogProducer,
} as unknown as TickLog;

let n = 0;
function step(market: MarketWriter): number {
  let made = 0;
  while (made < UPDATES_A_RECORD * PARTITIONS) {
    const symbol = SYMBOLS[(n * 7) % SYMBOLS.length] as string;
    const { seqs } = market.view(symbol);
    market.quote(symbol, 20_000 + (n % 300));
    made++;
    if (n % 5 === 0) {
      market.trade(symbol, 10_000 + (n % 500), 1_000 + (n % 90), `${4_000_000_000 + n}`);
      made++;
    }
    if (n % 8 === 0) {
      market.kline(symbol, 1_700_000_040_000 + Math.floor(seqs['kline@1m'] / 200) * 60_000, 10_000 + (n % 500));
      made++;
    }
    if (n % 12 === 0) {
      const level = 9_000 + (n % 40);
      market.depth(symbol, [level, 1_000 + (n % 7)], [level + 100, 1_000 + (n % 9)], seqs.depth === 0);
      made++;
    }
    n++;
  }
  return made;
}

async function bytesIn(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  let sum = 0;
  for (const file of files) {
    // One that LevelDB has no more use of may be gone by now.
    if (file.isFile()) sum += (await stat(join(file.parentPath, file.name)).catch(() => ({ size: 0 }))).size;
  }
  return sum;
}

const dir = await mkdtemp(join(tmpdir(), 'tapecast-window-'));
const store =
  MODE === 'disk'
    ? await openRecordStore({
        path: join(dir, 'replay'),
        bytesMax: REPLAY_LIMITS.storeBytes,
        ageMsMax: DEFAULT_LIMITS.replayWindowMs,
        nowMs: () => nowMs,
      })
    : undefined;
const logger = createLogger('gateway', 'warn');
let lost = 0;
const disk =
  store &&
  new WindowDisk({
    ...{ store, partitions: PARTITIONS, limits: REPLAY_LIMITS, logger },
    lost: (records) => {
      lost += records;
    },
  });
const limits = DEFAULT_LIMITS;
const feed = new UpdateFeed({
  ...{ log, state: openMemoryMarketState(), limits, disk, logger },
  clocks: new SourceClocks(PARTITIONS, limits.clockStaleMs),
  metrics: createMetrics(createRegistry()),
  nowMs: () => nowMs,
});
const instruments = new Instruments({
  ...{ partitions: PARTITIONS, limits, fanout: undefined as never, sources: () => undefined as never },
  ...{ staleSince: () => undefined, nowMs: () => nowMs },
});
await feed.start(instruments);
while (feed.filledPartitions < PARTITIONS) await nextTurn();
const market = await MarketWriter.open(log, openMemoryMarketState());
for (const symbol of SYMBOLS) market.quote(symbol, 1);
await market.write();
globalThis.gc?.();
const before = process.memoryUsage();
const untilMs = nowMs + SPAN_MS;
const peak = { window: 0, store: 0, files: 0, noted: 0, heap: 0, buffers: 0, rss: 0 };
let updates = 0;
let records = 0;
let sampledAtMs = nowMs;
while (nowMs < untilMs) {
  const made = step(market);
  await market.write();
  updates += made;
  records += PARTITIONS;
  nowMs += (made / PER_SECOND) * 1_000;
  if (nowMs - sampledAtMs < 5_000) continue;
  sampledAtMs = nowMs;
  feed.sweep();
  // As fast as the disk: made time must not run away from it.
  for (let partition = 0; store !== undefined && partition < PARTITIONS; partition++)
    while ((store.bounds(partition)?.next ?? 0) < (next[partition] as number)) await nextTurn();
  globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  peak.window = Math.max(peak.window, feed.windowBytes);
  peak.store = Math.max(peak.store, store?.bytes ?? 0);
  peak.files = Math.max(peak.files, store === undefined ? 0 : await bytesIn(dir));
  peak.noted = Math.max(peak.noted, feed.notedRecords);
  peak.heap = Math.max(peak.heap, heapUsed - before.heapUsed);
  peak.buffers = Math.max(peak.buffers, arrayBuffers - before.arrayBuffers);
  peak.rss = Math.max(peak.rss, rss - before.rss);
}
const scale = MEANT_PER_SECOND / PER_SECOND;
const mib = (bytes: number): string => `${(bytes / MIB).toFixed(0)} MiB`;
const held = (PER_SECOND * DEFAULT_LIMITS.replayWindowMs) / 1_000;
console.log(
  `${MODE}: ${updates} updates in ${records} records, ${(updates / SPAN_MS) * 1_000}/s for ${SPAN_MS / 1_000} s of the log; lost ${lost}`,
);
console.log(
  `  at most: ${mib(peak.window)} of records in memory, ${mib(peak.store)} counted on disk, ${mib(peak.files)} in files, ${peak.noted} noted; ` +
    `heap + ${mib(peak.heap)}, buffers + ${mib(peak.buffers)}, RSS + ${mib(peak.rss)}`,
);
console.log(
  `  an update of the window: ${(peak.store / held).toFixed(1)} bytes counted on disk, ${(peak.files / held).toFixed(1)} in files, ${(peak.noted / held).toFixed(3)} noted`,
);
console.log(
  `  at ${MEANT_PER_SECOND}/s: ${mib(peak.store * scale)} counted on disk, ${mib(peak.files * scale)} in files, ${(peak.noted * scale).toFixed(0)} noted (${mib(peak.noted * scale * 8)})`,
);
await feed.close();
await store?.close();
await rm(dir, { recursive: true, force: true });
