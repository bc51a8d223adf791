import { createLogger } from '@tapecast/service-kit';
import { openKafkaTickLog, type TickLog, type Topic } from '@tapecast/tick-log';
import { decodeTick, openUpdateBatch } from '@tapecast/wire';
import type { ClientRecord } from '../clients/client-record.ts';
import { PARTITIONS } from '../limits.ts';
import type { Truth } from '../market/truth.ts';
import { Findings } from './findings.ts';
import { ClientJudge } from './judge-client.ts';
import { TickJudge, UpdateJudge } from './judge-log.ts';
import { UpdateReading } from './updates.ts';

/** Both topics as they stand in the log, by partition. */
export interface LogContent {
  readonly ticks: readonly (readonly Uint8Array[])[];
  readonly updates: readonly (readonly Uint8Array[])[];
}

export interface Verified {
  readonly findings: Findings;
  /** What was compared: a check that compared nothing proves nothing. */
  readonly compared: {
    readonly ticks: number;
    readonly updates: number;
    readonly trades: number;
    readonly quotes: number;
    readonly books: number;
    readonly bars: number;
    readonly clientTrades: number;
    readonly clientStates: number;
  };
  /** Stands in the log more than once, equal, as after a takeover; or was written by an ingest that no longer counted. */
  readonly repeated: { readonly ticks: number; readonly updates: number; readonly fenced: number };
}

/** Compares the truth with the ticks, the ticks' updates with the truth, and each client's record with the updates. */
export function verify(
  truth: Truth,
  content: LogContent,
  clients: readonly ClientRecord[],
  examplesMax: number,
): Verified {
  const findings = new Findings(examplesMax);
  const ticks = new TickJudge(truth, findings);
  for (const [partition, records] of content.ticks.entries())
    for (const record of records) ticks.tick(partition, decodeTick(record));
  ticks.finish();
  const judge = new UpdateJudge(truth, findings);
  const updates = new UpdateReading(judge);
  for (const records of content.updates)
    for (const record of records) {
      const batch = openUpdateBatch(record);
      for (const entry of batch.entries) {
        if (!truth.has(entry.instrument)) continue;
        for (const update of entry.updates()) updates.update(entry.instrument, batch.epoch, update);
      }
    }
  judge.finish();
  const clientJudge = new ClientJudge(updates, truth, findings);
  for (const client of clients) clientJudge.judge(client);
  return {
    findings,
    compared: {
      ticks: ticks.ticks,
      updates: updates.read,
      ...judge.compared,
      clientTrades: clientJudge.compared.trades,
      clientStates: clientJudge.compared.states,
    },
    repeated: { ticks: ticks.repeated, updates: updates.repeated, fenced: ticks.fenced },
  };
}

/** Reads both topics to where they end now. Updates first: the ticks that made them are then all there. */
export async function readLog(brokers: readonly string[]): Promise<LogContent> {
  const log = await openKafkaTickLog({
    brokers: [...brokers],
    clientId: 'tapecast-chaos',
    partitions: PARTITIONS,
    replication: brokers.length,
    logger: createLogger('chaos', 'error'),
  });
  try {
    const updates = await readTopic(log, 'md.updates');
    return { updates, ticks: await readTopic(log, 'md.ticks') };
  } finally {
    await log.close();
  }
}

async function readTopic(log: TickLog, topic: Topic): Promise<Uint8Array[][]> {
  const ends = (await log.offsets(topic)).map(({ end }) => end);
  const records: Uint8Array[][] = ends.map(() => []);
  const next = ends.map(() => 0);
  const read = Promise.withResolvers<void>();
  const look = (): void => {
    if (next.every((offset, partition) => offset >= ends[partition]!)) read.resolve();
  };
  const reader = await log.read({
    topic,
    from: () => 'earliest',
    onRecords: (partition, batch) => {
      for (const { offset, value } of batch) {
        if (offset < ends[partition]!) records[partition]!.push(Uint8Array.from(value));
        next[partition] = offset + 1;
      }
      look();
    },
    onGap: (gap) => read.reject(new Error(`${topic} no longer has ${JSON.stringify(gap)}`)),
  });
  look();
  try {
    await read.promise;
  } finally {
    await reader.close();
  }
  return records;
}
