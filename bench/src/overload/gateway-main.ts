import { startGateway } from '@tapecast/gateway';
import { openMemoryMarketState } from '@tapecast/market-state';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import { openMemoryTickLog, type TickLog } from '@tapecast/tick-log';
import { answer } from '../fan-out/child.ts';

/** What the gateway said of itself, a few times a second. */
export interface Look {
  /** Since the load began. */
  atMs: number;
  load: number;
  level: number;
  intervalMs: number;
}

export interface Bout {
  cpuSeconds: number;
  wallSeconds: number;
  looks: Look[];
  /** From when the last record was due to its being written to the log. */
  behindMs: number;
  merged: number;
}

const LOOK_MS = 250;
/** Between two looks at what is due, where the loop is free: as often as a reader of Kafka comes by something. */
const DUE_MS = 5;

/** The gateway that has too much to do, in a process of its own. Records of `md.updates` enter by the memory driver of the log. */
const log = openMemoryTickLog({ partitions: 1, topicBytesMax: 2 ** 30 });
const metrics = createRegistry();
const producer = await log.producer('md.updates');
/** As a reader of Kafka hands over: a record is a batch of the log, and who takes it may have the next one wait. */
const inBatches: TickLog = {
  partitions: log.partitions,
  generation: log.generation,
  failed: log.failed,
  offsets: (topic) => log.offsets(topic),
  producer: (topic) => log.producer(topic),
  offsetsAt: (topic, atMs) => log.offsetsAt(topic, atMs),
  join: (options) => log.join(options),
  close: () => log.close(),
  read: (options) =>
    log.read({
      ...options,
      onRecords: async (partition, records, end) => {
        for (const record of records) await options.onRecords(partition, [record], end);
      },
    }),
};
const gateway = await startGateway({
  config: {
    host: '127.0.0.1',
    port: 0,
    anonymous: true,
    heartbeatMs: 120_000,
    degradation: process.argv[2] === 'on' ? 'on' : 'off',
  },
  log: inBatches,
  state: openMemoryMarketState(),
  logger: createLogger('gateway', 'error'),
  metrics,
});
let records: Uint8Array[] = [];
const value = async (name: string): Promise<number> =>
  ((await metrics.getSingleMetric(name)?.get())?.values ?? []).reduce((sum, one) => sum + one.value, 0);

answer({
  port: () => gateway.port,
  load: (request: { records: Uint8Array[] }) => {
    records = request.records;
  },
  /**
   * Writes what was loaded, a record each `everyMs`, all that are due together: a loop that is late finds more in the log, as it
   * does in Kafka, and the market does not wait for it.
   */
  run: async ({ everyMs, beginAtMs }: { everyMs: number; beginAtMs: number }) => {
    const begin = beginAtMs - performance.timeOrigin;
    const looks: Look[] = [];
    const looking = setInterval(() => {
      const names = [
        'tapecast_gateway_load',
        'tapecast_gateway_degraded_level',
        'tapecast_gateway_degraded_interval_ms',
      ];
      const atMs = performance.now() - begin;
      // Owned here: reading a gauge does not fail.
      void Promise.all(names.map(value)).then(([load = 0, level = 0, intervalMs = 0]) =>
        looks.push({ atMs, load, level, intervalMs }),
      );
    }, LOOK_MS);
    const cpu = process.cpuUsage();
    for (let next = 0; next < records.length; ) {
      await new Promise((resolve) => setTimeout(resolve, DUE_MS));
      const due = Math.min(records.length, Math.floor((performance.now() - begin) / everyMs) + 1);
      if (due <= next) continue;
      await producer.send([
        { partition: 0, records: records.slice(next, due).map((record) => ({ key: undefined, value: record })) },
      ]);
      next = due;
    }
    const { user, system } = process.cpuUsage(cpu);
    const wallSeconds = (performance.now() - begin) / 1e3;
    clearInterval(looking);
    return {
      cpuSeconds: (user + system) / 1e6,
      wallSeconds,
      looks,
      behindMs: wallSeconds * 1e3 - records.length * everyMs,
      merged: await value('tapecast_gateway_slow_spells_total'),
    } satisfies Bout;
  },
});
