import { checkBatches, sizeOf } from '../check-batches.ts';
import type { LogProducer, PartitionBatch } from '../contract.ts';
import { closedError, TickLogError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { BrokerRefused, ConnectionLost, KAFKA } from './broker-error.ts';
import type { Cluster } from './cluster.ts';
import { type BrokerConnection, codeName, isRetryable } from './connection.ts';
import { groupBy } from './group-by.ts';
import { OutageLog } from './outage-log.ts';
import { Pause } from './pause.ts';
import { type ProducedPartition, produceRequest } from './produce-protocol.ts';
import { encodeRecordBatch, type RecordToWrite } from './record-batch.ts';

const SEQUENCES = 2 ** 31;
/** The broker does not know this producer's numbers any more, or knows others: new numbers, and everything open again. */
const IDENTITY_LOST: readonly number[] = [
  KAFKA.outOfOrderSequence,
  KAFKA.invalidProducerEpoch,
  KAFKA.unknownProducerId,
];

interface Identity {
  producerId: bigint;
  producerEpoch: number;
  /** Next sequence number, by partition. */
  sequences: Map<number, number>;
}

/** What of one `send` a partition has still to take, in pieces that fit a batch. */
interface Pending {
  partition: number;
  pieces: RecordToWrite[][];
}

/**
 * Writes with one request a leader and round. A piece counts as written only when the reply names its partition without an
 * error; anything else, a late or lost reply too, and it is sent again, to the leader of then, with the same sequence
 * numbers: the broker that wrote it already says so instead of writing it twice. One piece a partition is under way at a
 * time, so nothing overtakes.
 */
export class KafkaProducer implements LogProducer {
  readonly #cluster: Cluster;
  readonly #topic: string;
  readonly #partitions: number;
  readonly #connections = new Map<number, BrokerConnection>();
  readonly #outage: OutageLog;
  #identity: Identity | undefined;
  #identifying: Promise<void> | undefined;
  #sending = false;
  #closed = false;

  constructor(cluster: Cluster, topic: string, partitions: number) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#outage = new OutageLog(cluster.logger, { topic, part: 'producer' });
    this.#partitions = partitions;
    // What fails for good fails the first send, too, which is told.
    this.#prepare().catch(() => undefined);
  }

  async send(batches: readonly PartitionBatch[]): Promise<Map<number, number>> {
    if (this.#ended()) throw closedError('producer');
    if (this.#sending) throw new TickLogError('send_in_progress', 'one send at a time: gather what comes meanwhile');
    checkBatches(batches, this.#partitions);
    this.#sending = true;
    try {
      return await this.#sendAll(divide(batches));
    } finally {
      this.#sending = false;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const connection of this.#connections.values()) connection.close('the producer is closed');
    this.#connections.clear();
  }

  async #sendAll(pending: Pending[]): Promise<Map<number, number>> {
    const first = new Map<number, number>();
    const pause = new Pause();
    let open = pending;
    while (open.length > 0) {
      if (this.#ended()) throw closedError('producer');
      const before = piecesOf(open);
      const clean = await this.#round(open, first);
      open = open.filter(({ pieces }) => pieces.length > 0);
      if (clean) continue;
      if (piecesOf(open) < before) pause.reset();
      if (open.length > 0 && !this.#ended()) await this.#cluster.refreshAfterFailure(pause);
    }
    return first;
  }

  /** Sends every partition's next piece once. False when something is to be sent again. */
  async #round(open: readonly Pending[], first: Map<number, number>): Promise<boolean> {
    const identity = await this.#identified();
    if (identity === undefined) return false;
    const perLeader = groupBy(open, ({ partition }) => this.#cluster.leaderOf(this.#topic, partition));
    // All are waited for, whatever one says: a reply that came after the next send had begun would confuse the numbers.
    const outcomes = await Promise.allSettled(
      [...perLeader].map(async ([leader, ofLeader]) =>
        leader === undefined ? this.#noLeader(ofLeader) : this.#sendToLeader(leader, ofLeader, identity, first),
      ),
    );
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    if (refused !== undefined) {
      this.#identity = undefined;
      throw refused.reason;
    }
    const clean = outcomes.every((outcome) => outcome.status === 'fulfilled' && outcome.value);
    if (clean) this.#outage.worked();
    return clean;
  }

  #noLeader(ofLeader: readonly Pending[]): boolean {
    this.#outage.failed('partitions without a leader, waiting', {
      partitions: ofLeader.map(({ partition }) => partition),
    });
    return false;
  }

  async #sendToLeader(
    leader: number,
    ofLeader: readonly Pending[],
    identity: Identity,
    first: Map<number, number>,
  ): Promise<boolean> {
    const batches = ofLeader.map(({ partition, pieces }) => {
      const baseSequence = identity.sequences.get(partition) ?? 0;
      return { partition, batch: encodeRecordBatch(pieces[0]!, { ...identity, baseSequence }, Date.now()) };
    });
    let reply: ProducedPartition[];
    try {
      const connection = await this.#connection(leader);
      const request = produceRequest(this.#topic, batches, LIMITS.produceReplicationMs);
      reply = await connection.exchange(request, LIMITS.produceDeadlineMs);
    } catch (error) {
      if (!(error instanceof ConnectionLost || error instanceof BrokerRefused)) throw error;
      if (!this.#ended()) this.#outage.failed('produce request lost, sent again', { leader, error: error.message });
      return false;
    }
    const answers = new Map(reply.map((answer) => [answer.partition, answer]));
    let clean = true;
    for (const entry of ofLeader) clean = this.#take(entry, answers.get(entry.partition), identity, first) && clean;
    return clean;
  }

  #take(
    entry: Pending,
    answer: ProducedPartition | undefined,
    identity: Identity,
    first: Map<number, number>,
  ): boolean {
    const { partition, pieces } = entry;
    if (answer === undefined) {
      this.#outage.failed('produce reply without a partition that was sent, sent again', { partition });
      return false;
    }
    if (answer.code === KAFKA.none) {
      const piece = pieces.shift()!;
      identity.sequences.set(partition, ((identity.sequences.get(partition) ?? 0) + piece.length) % SEQUENCES);
      if (!first.has(partition)) first.set(partition, answer.baseOffset);
      return true;
    }
    if (IDENTITY_LOST.includes(answer.code)) {
      this.#outage.failed('producer numbers lost, going on with new ones', { partition, code: codeName(answer.code) });
      if (this.#identity === identity) this.#identity = undefined;
      return false;
    }
    if (isRetryable(answer.code)) {
      this.#outage.failed('produce refused for now, sent again', { partition, code: codeName(answer.code) });
      return false;
    }
    const text = `${this.#topic}/${partition} refused ${pieces[0]!.length} records: ${codeName(answer.code)}`;
    throw new TickLogError('send_refused', text);
  }

  /** So that the first send need not wait for it: a broker that has just begun to keep producers' numbers takes its time. */
  async #prepare(): Promise<void> {
    const pause = new Pause();
    while (!this.#ended() && (await this.#identified()) === undefined) await pause.wait(this.#cluster.closing);
  }

  async #identified(): Promise<Identity | undefined> {
    if (this.#identity === undefined) {
      this.#identifying ??= this.#identify().finally(() => {
        this.#identifying = undefined;
      });
      await this.#identifying;
    }
    return this.#identity;
  }

  async #identify(): Promise<void> {
    try {
      const answer = await this.#cluster.askAny((connection) =>
        connection.call<ProducerId>('InitProducerId', { transactionTimeout: 0 }),
      );
      if (answer.errorCode !== KAFKA.none) throw new BrokerRefused(answer.errorCode, 'producer id');
      const { producerId, producerEpoch } = answer;
      this.#identity = { producerId: BigInt(producerId), producerEpoch, sequences: new Map() };
    } catch (error) {
      if (!(error instanceof ConnectionLost || error instanceof BrokerRefused)) throw error;
      if (!this.#ended()) this.#outage.failed('no broker gives producer numbers yet', { error: error.message });
    }
  }

  async #connection(leader: number): Promise<BrokerConnection> {
    const known = this.#connections.get(leader);
    if (known?.open === true) return known;
    const made = await this.#cluster.connect(this.#cluster.addressOf(leader));
    if (this.#ended()) throw made.close('the producer is closed');
    this.#connections.set(leader, made);
    return made;
  }

  #ended(): boolean {
    return this.#closed || this.#cluster.closing.aborted;
  }
}

function divide(batches: readonly PartitionBatch[]): Pending[] {
  const pending = new Map<number, Pending>();
  for (const { partition, records } of batches) {
    if (records.length === 0) continue;
    const entry = pending.get(partition) ?? { partition, pieces: [] };
    pending.set(partition, entry);
    entry.pieces.push(...piecesThatFit(records));
  }
  return [...pending.values()];
}

function piecesThatFit(records: PartitionBatch['records']): RecordToWrite[][] {
  const pieces: RecordToWrite[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const size = sizeOf(record.key, record.value) + RECORD_OVERHEAD_BYTES;
    if (bytes + size > LIMITS.batchBytesMax) {
      pieces.push([]);
      bytes = 0;
    }
    pieces.at(-1)!.push(record);
    bytes += size;
  }
  return pieces;
}

/** Lengths, offset and flags of one record, at most. */
const RECORD_OVERHEAD_BYTES = 24;

function piecesOf(open: readonly Pending[]): number {
  return open.reduce((sum, { pieces }) => sum + pieces.length, 0);
}

interface ProducerId {
  errorCode: number;
  producerId: string;
  producerEpoch: number;
}
