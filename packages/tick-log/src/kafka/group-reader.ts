import { setTimeout as delay } from 'node:timers/promises';
import { Assignment } from '../assignment.ts';
import type { GroupReader, GroupReaderOptions } from '../contract.ts';
import { TickLogError } from '../errors.ts';
import type { Failure } from '../failure.ts';
import { LIMITS } from '../limits.ts';
import { BrokerRefused, ConnectionLost, KAFKA } from './broker-error.ts';
import type { Cluster } from './cluster.ts';
import { type BrokerConnection, codeName, isRetryable } from './connection.ts';
import { type GroupRequest, heartbeat, joinAndSync, leave, type Membership } from './group-protocol.ts';
import { OutageLog } from './outage-log.ts';
import { KafkaPartitionFeed } from './partition-feed.ts';
import { Pause } from './pause.ts';

/** The coordinator is elsewhere, or not there yet. Membership outlives it: groups are kept in the log of Kafka itself. */
const COORDINATOR_MOVED: readonly number[] = [
  KAFKA.coordinatorLoading,
  KAFKA.coordinatorNotAvailable,
  KAFKA.notCoordinator,
];
/** This member is to join again: the group deals anew, or has gone on without it. */
const JOIN_AGAIN: readonly number[] = [KAFKA.rebalanceInProgress, KAFKA.illegalGeneration, KAFKA.unknownMember];

/**
 * One member of a group. Only the membership is Kafka's; records come from the same feed as a reader's without a group, by
 * positions of our own, so a rebalance can't move a position. A member cut off from the coordinator keeps its partitions
 * until it hears from one: who writes by them must be fenced, as compute is.
 */
export class KafkaGroupReader implements GroupReader {
  readonly #cluster: Cluster;
  readonly #request: GroupRequest;
  readonly #failure: Failure;
  readonly #outage: OutageLog;
  readonly #feed: KafkaPartitionFeed;
  readonly #assignment: Assignment;
  readonly #closing = new AbortController();
  #connection: BrokerConnection | undefined;
  #memberId = '';
  #membership: Membership | undefined;

  constructor(cluster: Cluster, options: GroupReaderOptions, request: GroupRequest, failure: Failure) {
    this.#cluster = cluster;
    this.#request = request;
    this.#failure = failure;
    this.#outage = new OutageLog(cluster.logger, { topic: options.topic, group: options.groupId, part: 'group' });
    this.#feed = new KafkaPartitionFeed(cluster, options.topic, options, failure);
    this.#assignment = new Assignment(options, this.#feed, (cause, where) => failure.handlerFailed(cause, where));
    this.#run().catch((error: Error) => failure.report(error));
  }

  joined(): boolean {
    return this.#assignment.dealt;
  }

  assigned(): number[] {
    return this.#assignment.partitions();
  }

  restart(partition: number): void {
    this.#assignment.restart(partition);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#assignment.close();
    this.#feed.close();
    const address = this.#connection?.address;
    this.#connection?.close('the member is closed');
    if (address === undefined || this.#memberId === '' || this.#cluster.closing.aborted) return;
    // A courtesy that hands the partitions over at once; without it the group finds out by the session.
    await this.#cluster
      .ask(address, (connection) => leave(connection, this.#request.groupId, this.#memberId))
      .catch((error: Error) => this.#outage.failed('leave not answered', { error: error.message }));
  }

  #ended(): boolean {
    return this.#closing.signal.aborted || this.#cluster.closing.aborted;
  }

  async #run(): Promise<void> {
    const pause = new Pause();
    while (!this.#ended()) {
      try {
        await this.#step();
        pause.reset();
        this.#outage.worked();
      } catch (error) {
        if (this.#ended()) return;
        if (!this.#lost(error)) throw error;
        await pause.wait(this.#closing.signal);
      }
    }
  }

  /** Joins if this member is out, then lives for one heartbeat. */
  async #step(): Promise<void> {
    this.#connection ??= await this.#connect();
    if (this.#membership === undefined) await this.#join(this.#connection);
    await delay(LIMITS.heartbeatMs, undefined, { signal: this.#closing.signal });
    const code = await heartbeat(this.#connection, this.#request.groupId, this.#membership!);
    if (code !== KAFKA.none) throw new BrokerRefused(code, 'heartbeat');
  }

  async #connect(): Promise<BrokerConnection> {
    const address = await this.#cluster.coordinatorOf(this.#request.groupId);
    const made = await this.#cluster.connect(address);
    if (this.#ended()) throw made.close('the member is closed');
    return made;
  }

  async #join(connection: BrokerConnection): Promise<void> {
    const joined = await joinAndSync(connection, this.#request, this.#memberId);
    if (this.#ended()) return;
    this.#memberId = joined.memberId;
    this.#membership = joined;
    const { groupId: group } = this.#request;
    this.#cluster.logger.info({ group, generation: joined.generation, partitions: joined.partitions }, 'group joined');
    this.#assignment.assign(joined.partitions);
  }

  /** Puts this member into the state that the error means. False for what no further try can mend. */
  #lost(error: unknown): boolean {
    if (error instanceof ConnectionLost) {
      this.#connection?.close('to be made anew');
      this.#connection = undefined;
      this.#outage.failed('group coordinator not reached', { error: error.message });
      return true;
    }
    if (!(error instanceof BrokerRefused)) return false;
    const { kafkaCode } = error;
    if (COORDINATOR_MOVED.includes(kafkaCode)) {
      this.#connection?.close('no longer the coordinator');
      this.#connection = undefined;
      this.#outage.failed('group coordinator moved', { code: codeName(kafkaCode) });
      return true;
    }
    if (JOIN_AGAIN.includes(kafkaCode)) {
      if (kafkaCode === KAFKA.unknownMember) this.#memberId = '';
      this.#membership = undefined;
      this.#assignment.revokeAll();
      return true;
    }
    if (isRetryable(kafkaCode)) return true;
    this.#failure.report(
      new TickLogError('group_refused', `group ${this.#request.groupId}: ${error.message} (${codeName(kafkaCode)})`),
    );
    this.#closing.abort();
    return true;
  }
}
