import { startGateway } from '@tapecast/gateway';
import { openMemoryMarketState, type SessionStore } from '@tapecast/market-state';
import { createLogger, createRegistry } from '@tapecast/service-kit';
import { openMemoryTickLog } from '@tapecast/tick-log';
import { answer, memory } from './child.ts';
import { paced } from './pace.ts';
import { FlushRecorder } from './recorded-flushes.ts';

/** The gateway that is measured, in a process of its own. Records of `md.updates` enter by the memory driver of the log. */
const recorder = new FlushRecorder();
recorder.install();
const log = openMemoryTickLog({ partitions: 1 });
const metrics = createRegistry();
/** As a Redis Cluster is: elsewhere. What the gateway itself keeps of a session is measured, and what it costs to have it kept. */
const sessions: SessionStore = {
  take: () => Promise.resolve(undefined),
  write: (writes) => Promise.resolve(writes.map(() => 'written')),
  close: () => Promise.resolve(),
};
const producer = await log.producer('md.updates');
const write = (value: Uint8Array): unknown => producer.send([{ partition: 0, records: [{ key: undefined, value }] }]);
let records: Uint8Array[] = [];
const gateway = await startGateway({
  config: {
    host: process.argv[2] ?? '127.0.0.1',
    port: 0,
    anonymous: true,
    // No heartbeats within a run: they are nobody's deliveries.
    heartbeatMs: 300_000,
    // The load is the most that there can be, on purpose: what a gateway leaves out under it would be measured as speed.
    degradation: 'off',
  },
  log,
  state: openMemoryMarketState(),
  sessions,
  logger: createLogger('gateway', 'warn'),
  metrics,
});

async function total(name: string): Promise<number> {
  const values = (await metrics.getSingleMetric(name)?.get())?.values ?? [];
  return values.reduce((sum, { value }) => sum + value, 0);
}

answer({
  port: () => gateway.port,
  /** Ready-made: making updates is compute's work, not the gateway's. */
  load: (request: { records: Uint8Array[] }) => {
    records = request.records;
  },
  /** Writes what is loaded, beginning at a wall time, and answers at once. */
  begin: ({ atMs, everyMs }: { atMs: number; everyMs: number }) => {
    const due = records;
    const ahead = atMs - (performance.timeOrigin + performance.now());
    void paced(
      due.length,
      (i) => ahead + i * everyMs,
      (i) => write(due[i] as Uint8Array),
    );
  },
  memory,
  /** With `record` it notes what the first so many connections are sent. */
  run: async ({ everyMs, record }: { everyMs: number; record: number }) => {
    const deliveries = await total('tapecast_gateway_deliveries_total');
    const bytes = await total('tapecast_gateway_delivered_bytes_total');
    const stop = record > 0 ? recorder.record(record) : undefined;
    const spent = await paced(
      records.length,
      (i) => i * everyMs,
      (i) => write(records[i] as Uint8Array),
    );
    const flushes = stop?.() ?? [];
    records = [];
    return {
      ...spent,
      deliveries: (await total('tapecast_gateway_deliveries_total')) - deliveries,
      bytes: (await total('tapecast_gateway_delivered_bytes_total')) - bytes,
      flushes,
    };
  },
});
