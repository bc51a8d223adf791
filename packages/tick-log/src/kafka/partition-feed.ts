import { setTimeout as delay } from 'node:timers/promises';
import type { PartitionFeed } from '../assignment.ts';
import type { Topic } from '../contract.ts';
import { TickLogError } from '../errors.ts';
import type { Failure } from '../failure.ts';
import { LIMITS } from '../limits.ts';
import { BrokerRefused, ConnectionLost, KAFKA } from './broker-error.ts';
import type { Cluster } from './cluster.ts';
import { type BrokerConnection, codeName } from './connection.ts';
import { FETCH_DEADLINE_MS, type FetchedPartition, fetchRequest } from './fetch-protocol.ts';
import { groupBy } from './group-by.ts';
import { OutageLog } from './outage-log.ts';
import { type FeedHandlers, PartitionQueue } from './partition-queue.ts';
import { Pause } from './pause.ts';
import { CorruptBatch, decodeRecordBatches, type ReadRecord } from './record-batch.ts';

/** A partition being fetched; replaced, not changed, by a new start, so that a late answer meets nobody. */
interface Fetching {
  partition: number;
  /** Next offset to fetch; undefined until `earliest` or `end` was looked up, `NOT_NOW` while a refusal is looked into. */
  next: number | undefined;
  from: 'earliest' | 'end';
  /** Answers in a row that the position is not in the log, though the log seems to hold it. */
  refusals: number;
  queue: PartitionQueue;
}

/**
 * Fetches partitions by their own positions, with one loop a leader. A position moves only past records that were queued
 * for the handler, or past a gap that was told: whatever fails, the same position is asked for again.
 */
export class KafkaPartitionFeed implements PartitionFeed {
  readonly #cluster: Cluster;
  readonly #topic: Topic;
  readonly #handlers: FeedHandlers;
  readonly #failure: Failure;
  readonly #fetching = new Map<number, Fetching>();
  /** Last handler call of each partition that may still run, kept over `stop` and `start`. */
  readonly #running = new Map<number, Promise<void>>();
  readonly #loops = new Set<number>();
  readonly #connections = new Map<number, BrokerConnection>();
  #lookingUp = false;
  #closed = false;

  constructor(cluster: Cluster, topic: Topic, handlers: FeedHandlers, failure: Failure) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#handlers = handlers;
    this.#failure = failure;
  }

  start(partition: number, from: number | 'earliest' | 'end'): void {
    this.stop(partition);
    const queue = new PartitionQueue(partition, this.#handlers, this.#running, this.#failure, () => this.#wake());
    const next = typeof from === 'number' ? from : undefined;
    if (next !== undefined) queue.position = next;
    this.#fetching.set(partition, { partition, next, from: from === 'end' ? 'end' : 'earliest', refusals: 0, queue });
    this.#wake();
  }

  stop(partition: number): void {
    this.#fetching.get(partition)?.queue.stop();
    this.#fetching.delete(partition);
  }

  position(partition: number): number {
    return this.#fetching.get(partition)?.queue.position ?? 0;
  }

  close(): void {
    this.#closed = true;
    for (const partition of this.#fetching.keys()) this.stop(partition);
    for (const connection of this.#connections.values()) connection.close('the reader is closed');
    this.#connections.clear();
  }

  #ended(): boolean {
    return this.#closed || this.#cluster.closing.aborted;
  }

  /** Sees to it that whatever can be done now is being done. */
  #wake(): void {
    if (this.#ended()) return;
    if (!this.#lookingUp && this.#unknown().length > 0) this.#own(this.#lookUp());
    const perLeader = groupBy(
      this.#ready(),
      ({ partition }) => this.#cluster.leaderOf(this.#topic, partition) ?? NOBODY,
    );
    for (const leader of perLeader.keys()) if (!this.#loops.has(leader)) this.#own(this.#lead(leader));
  }

  #unknown(): Fetching[] {
    return [...this.#fetching.values()].filter(({ next }) => next === undefined);
  }

  #ready(): Fetching[] {
    return [...this.#fetching.values()].filter(
      ({ next, queue }) => next !== undefined && next !== NOT_NOW && !queue.full,
    );
  }

  async #lead(leader: number): Promise<void> {
    await this.#loop(leader);
    // Partitions may have gone to a leader without a loop, or become ready since.
    this.#wake();
  }

  /** One leader's fetches, one after the other, as long as it leads something that wants records. */
  async #loop(leader: number): Promise<void> {
    this.#loops.add(leader);
    const pause = new Pause();
    // Of this leader alone: of three brokers two go on working while one is away.
    const outage = new OutageLog(this.#cluster.logger, { topic: this.#topic, part: 'reader' });
    try {
      while (!this.#ended()) {
        const ready = this.#ready();
        const wanted = ready.filter(
          ({ partition }) => (this.#cluster.leaderOf(this.#topic, partition) ?? NOBODY) === leader,
        );
        // Who leads may have been asked by others too, and a partition gone to a leader that has no loop yet.
        if (wanted.length < ready.length) this.#wake();
        if (wanted.length === 0) break;
        const startedAt = performance.now();
        if (await this.#fetch(leader, wanted, outage)) {
          pause.reset();
          const early = LIMITS.fetchSpacingMs - (performance.now() - startedAt);
          if (early >= 1) await delay(early);
          continue;
        }
        await this.#cluster.refreshAfterFailure(pause);
      }
    } finally {
      // What it led has gone to another.
      if (!this.#ended()) outage.worked();
      this.#loops.delete(leader);
    }
  }

  /** False when something failed: who leads is then asked again before the next fetch. */
  async #fetch(leader: number, wanted: readonly Fetching[], outage: OutageLog): Promise<boolean> {
    if (leader === NOBODY) {
      outage.failed('partitions without a leader, waiting', {
        partitions: wanted.map(({ partition }) => partition),
      });
      return false;
    }
    try {
      const connection = await this.#connection(leader);
      const positions = wanted.map(({ partition, next }) => ({ partition, offset: next! }));
      const { code, partitions } = await connection.exchange(fetchRequest(this.#topic, positions), FETCH_DEADLINE_MS);
      if (code !== KAFKA.none) throw new BrokerRefused(code, 'fetch');
      const asked = new Map(wanted.map((fetching) => [fetching.partition, fetching]));
      const clean = partitions.map((fetched) => this.#take(asked.get(fetched.partition), fetched, outage));
      if (!clean.every(Boolean)) return false;
      outage.worked();
      return true;
    } catch (error) {
      if (!(error instanceof ConnectionLost || error instanceof BrokerRefused || error instanceof CorruptBatch))
        throw error;
      if (!this.#ended()) outage.failed('fetch failed, asked again', { leader, error: error.message });
      return false;
    }
  }

  #take(fetching: Fetching | undefined, fetched: FetchedPartition, outage: OutageLog): boolean {
    if (fetching === undefined || this.#fetching.get(fetching.partition) !== fetching) return true;
    if (fetched.code === KAFKA.offsetOutOfRange) {
      this.#own(this.#outOfRange(fetching));
      return true;
    }
    if (fetched.code !== KAFKA.none) {
      outage.failed('fetch refused for now, asked again', {
        partition: fetched.partition,
        code: codeName(fetched.code),
      });
      return false;
    }
    fetching.refusals = 0;
    this.#queue(fetching, fetched);
    return true;
  }

  /** Queues what was asked for and not more: the first batch may begin below the position, and offsets may be missing. */
  #queue(fetching: Fetching, { partition, batches, end }: FetchedPartition): void {
    let next = fetching.next!;
    const { queue } = fetching;
    for (const batch of decodeRecordBatches(batches)) {
      if (batch.lastOffset < next) continue;
      // But for the first batch of a reader that starts within one, all of it is new: no copy then.
      let run = batch.baseOffset >= next ? batch.records : batch.records.filter(({ offset }) => offset >= next);
      while (run.length > 0) {
        const from = next;
        if (run[0]!.offset > next) queue.gap({ partition, from, to: run[0]!.offset });
        const length = contiguousLength(run);
        next = run[length - 1]!.offset + 1;
        queue.records(length === run.length ? run : run.slice(0, length), Math.max(end, next));
        run = length === run.length ? NONE : run.slice(length);
      }
      // Offsets that hold nothing for us, at the end of a batch or in a transaction's marker, are told too.
      if (batch.lastOffset + 1 > next) queue.gap({ partition, from: next, to: batch.lastOffset + 1 });
      next = Math.max(next, batch.lastOffset + 1);
    }
    fetching.next = next;
    queue.fetched(end);
  }

  /**
   * Never a jump to the end: below the oldest record is a gap, told; past the end is not our log. A leader that has just
   * taken over may tell an end that is too low for a moment, so past the end counts only when it stays so.
   */
  async #outOfRange(fetching: Fetching): Promise<void> {
    const { partition, next: position } = fetching;
    if (position === undefined) return;
    fetching.next = NOT_NOW;
    const offsets = await this.#cluster.retry(() => this.#cluster.offsets(this.#topic, [partition]));
    const { oldest, end } = offsets.get(partition)!;
    if (position >= oldest) await this.#pauseForRefusal(fetching);
    if (this.#fetching.get(partition) !== fetching) return;
    if (position > end && fetching.refusals >= REFUSALS_MAX) {
      const text = `${this.#topic}/${partition} ends at ${end}, and was asked for from ${position}: the position is of another log`;
      this.#failure.report(new TickLogError('position_past_end', text));
      this.stop(partition);
      return;
    }
    if (position < oldest) fetching.queue.gap({ partition, from: position, to: oldest });
    fetching.next = Math.max(position, oldest);
    this.#wake();
  }

  async #pauseForRefusal(fetching: Fetching): Promise<void> {
    fetching.refusals += 1;
    const pause = new Pause();
    for (let n = 0; n < fetching.refusals; n += 1) await pause.wait(this.#cluster.closing);
    await this.#cluster.refreshAfterFailure(pause);
  }

  async #lookUp(): Promise<void> {
    this.#lookingUp = true;
    try {
      const unknown = this.#unknown();
      const partitions = unknown.map(({ partition }) => partition);
      const offsets = await this.#cluster.retry(() => this.#cluster.offsets(this.#topic, partitions));
      for (const fetching of unknown) {
        const { oldest, end } = offsets.get(fetching.partition)!;
        fetching.next = fetching.from === 'end' ? end : oldest;
        fetching.queue.position = fetching.next;
      }
    } finally {
      this.#lookingUp = false;
    }
    this.#wake();
  }

  async #connection(leader: number): Promise<BrokerConnection> {
    const known = this.#connections.get(leader);
    if (known?.open === true) return known;
    const made = await this.#cluster.connect(this.#cluster.addressOf(leader));
    if (this.#ended()) throw made.close('the reader is closed');
    this.#connections.set(leader, made);
    return made;
  }

  /** The owner of the loops: what ends one, but for closing, is a mistake of ours and ends the log. */
  #own(work: Promise<void>): void {
    work.catch((error: Error) => {
      if (!this.#ended()) this.#failure.report(error);
    });
  }
}

const NOT_NOW = -1;
const NONE: ReadRecord[] = [];
const REFUSALS_MAX = 5;
/** Stands for the leader of partitions that have none. */
const NOBODY = -1;

function contiguousLength(records: readonly { offset: number }[]): number {
  const first = records[0]!.offset;
  let length = 1;
  while (length < records.length && records[length]!.offset === first + length) length += 1;
  return length;
}
