import { LIMITS } from '../limits.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { Exchange } from './connection.ts';

/**
 * Version 10, the last in which only a partition's leader answers. From 11 on a follower does too (KIP-392): one that has
 * lost touch would answer "nothing new" for as long as it likes, instead of saying that it does not lead.
 */
const VERSION = 10;
const NOT_A_REPLICA = -1;
/** Any byte ends the broker's wait. */
const MIN_BYTES = 1;
/** Our topics hold no transactions; markers of foreign ones are passed over and told as gaps. */
const READ_UNCOMMITTED = 0;
const NO_SESSION = 0;
const NO_SESSION_EPOCH = -1;
const ANY_LEADER_EPOCH = -1;

export interface FetchedPartition {
  partition: number;
  code: number;
  /** Next offset to be written, as far as all in-sync replicas have it. */
  end: number;
  batches: Buffer;
}

export interface Fetched {
  code: number;
  partitions: FetchedPartition[];
}

export function fetchRequest(
  topic: string,
  wanted: readonly { partition: number; offset: number }[],
): Exchange<Fetched> {
  const body = new ByteWriter();
  body.int32(NOT_A_REPLICA);
  body.int32(LIMITS.fetchWaitMs);
  body.int32(MIN_BYTES);
  body.int32(LIMITS.fetchBytesMax);
  body.int8(READ_UNCOMMITTED);
  body.int32(NO_SESSION);
  body.int32(NO_SESSION_EPOCH);
  body.int32(1);
  body.string(topic);
  body.int32(wanted.length);
  for (const { partition, offset } of wanted) {
    body.int32(partition);
    body.int32(ANY_LEADER_EPOCH);
    body.int64(offset);
    body.int64(-1); // log start offset: replicas only
    body.int32(LIMITS.fetchPartitionBytesMax);
  }
  body.int32(0); // topics to be forgotten by a session
  return { api: 'Fetch', version: VERSION, body: body.finish(), decode: decodeFetched };
}

function decodeFetched(payload: Buffer): Fetched {
  const reader = new ByteReader(payload);
  reader.int32(); // throttle time
  const code = reader.int16();
  reader.int32(); // session
  const partitions: FetchedPartition[] = [];
  reader.array(() => {
    reader.skipString(); // the topic: only one was asked for
    reader.array(() => partitions.push(readPartition(reader)));
  });
  return { code, partitions };
}

function readPartition(reader: ByteReader): FetchedPartition {
  const partition = reader.int32();
  const code = reader.int16();
  const end = reader.int64();
  reader.int64(); // last stable offset
  reader.int64(); // log start offset
  reader.array(() => {
    reader.int64(); // aborted transactions: producer
    reader.int64(); // and first offset
  });
  return { partition, code, end, batches: reader.bytes() };
}

/** A broker that has not answered this long after its own wait is given up. */
export const FETCH_DEADLINE_MS = LIMITS.fetchWaitMs + LIMITS.requestDeadlineMs;
