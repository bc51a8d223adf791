import { ByteReader, ByteWriter } from './bytes.ts';
import type { Exchange } from './connection.ts';

/** Version 7: the first in which a broker takes zstd. */
const VERSION = 7;
const ACKS_ALL_IN_SYNC = -1;

export interface ProducedPartition {
  partition: number;
  code: number;
  baseOffset: number;
}

export function produceRequest(
  topic: string,
  batches: readonly { partition: number; batch: Buffer }[],
  replicationMs: number,
): Exchange<ProducedPartition[]> {
  const body = new ByteWriter();
  body.string(null); // no transaction
  body.int16(ACKS_ALL_IN_SYNC);
  body.int32(replicationMs);
  body.int32(1);
  body.string(topic);
  body.int32(batches.length);
  for (const { partition, batch } of batches) {
    body.int32(partition);
    body.bytes(batch);
  }
  return { api: 'Produce', version: VERSION, body: body.finish(), decode: decodeProduced };
}

function decodeProduced(payload: Buffer): ProducedPartition[] {
  const reader = new ByteReader(payload);
  const partitions: ProducedPartition[] = [];
  reader.array(() => {
    reader.string();
    reader.array(() => {
      partitions.push({ partition: reader.int32(), code: reader.int16(), baseOffset: reader.int64() });
      reader.int64(); // log append time
      reader.int64(); // log start offset
    });
  });
  return partitions;
}
