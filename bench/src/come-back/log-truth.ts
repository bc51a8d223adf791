import { setTimeout as delay } from 'node:timers/promises';
import { openKafkaTickLog } from '@tapecast/tick-log';
import { decodeTick } from '@tapecast/wire';

const SETTLE_MS = 500;
const QUIET = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * Ids of all trades in `md.ticks`, in order, by symbol: the trade numbered n is the n-th of them. Call it when nothing is written any
 * more; resolves when the log stands still and was read to its end.
 */
export async function readTruth(brokers: readonly string[], partitions: number): Promise<Map<string, string[]>> {
  const log = await openKafkaTickLog({ brokers, partitions, replication: 1, clientId: 'bench', logger: QUIET });
  try {
    let ends = (await log.offsets('md.ticks')).map(({ end }) => end);
    for (;;) {
      await delay(SETTLE_MS);
      const now = (await log.offsets('md.ticks')).map(({ end }) => end);
      if (now.every((end, partition) => end === ends[partition])) break;
      ends = now;
    }
    const trades = new Map<string, string[]>();
    const lastOfSource = new Map<string, number>();
    const read = Promise.withResolvers<void>();
    const left = new Set([...ends.keys()].filter((partition) => (ends[partition] as number) > 0));
    if (left.size === 0) read.resolve();
    const reader = await log.read({
      topic: 'md.ticks',
      from: () => 'earliest',
      onGap: (gap) => read.reject(new Error(`md.ticks lacks ${JSON.stringify(gap)}`)),
      onRecords: (partition, records) => {
        for (const { value, offset } of records) {
          const { source, sourceSeq, instrument, body } = decodeTick(value);
          const key = `${partition} ${source}`;
          // A send that was tried again may stand there twice.
          if (sourceSeq > (lastOfSource.get(key) ?? 0)) {
            lastOfSource.set(key, sourceSeq);
            if (body.kind === 'trade') {
              const ids = trades.get(instrument);
              if (ids === undefined) trades.set(instrument, [body.id]);
              else ids.push(body.id);
            }
          }
          if (offset + 1 >= (ends[partition] as number)) left.delete(partition);
        }
        if (left.size === 0) read.resolve();
      },
    });
    await read.promise;
    await reader.close();
    return trades;
  } finally {
    await log.close();
  }
}
