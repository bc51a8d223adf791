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
/** The group has gone on without this member: others may have its partitions. */
const LEFT_OUT: readonly number[] = [KAFKA.illegalGeneration, KAFKA.unknownMember];

/**
 * One member of a group. Only the membership is Kafka's; records come from the same feed as a reader's without a group, by
 * positions of our own, so a rebalance can't move a position. A member keeps its partitions while the group deals anew,
 * and gives up those that went to another: a rebalance may wait for a dead member's session, and is nothing to those that
 * live. Cut off from the coordinator it keeps them until it hears from one. Both times another may have them already:
 * who writes by them must be fenced, as compute is.
 */
export class KafkaGroupReader implements GroupReader {
  readonly #cluster: Cluster;
  #request: GroupRequest;
  readonly #failure: Failure;
  readonly #outage: OutageLog;
  readonly #feed: KafkaPartitionFeed;
  readonly #assignment: Assignment;
  readonly #onMember: (name: string) => void;
  /** Still to be taken out of the group. */
  #succeeds: string | undefined;
  readonly #closing = new AbortController();
  #connection: BrokerConnection | undefined;
  #memberId = '';
  #membership: Membership | undefined;
  /** To be asked for again once the coordinator has said that this member still has them. */
  readonly #doubted = new Set<number>();
  /** Ends the pause before the next heartbeat. */
  #pausing = new AbortController();

  constructor(cluster: Cluster, options: GroupReaderOptions, request: GroupRequest, failure: Failure) {
    this.#cluster = cluster;
    this.#request = request;
    this.#failure = failure;
    this.#outage = new OutageLog(cluster.logger, { topic: options.topic, group: options.groupId, part: 'group' });
    this.#feed = new KafkaPartitionFeed(cluster, options.topic, options, failure);
    this.#onMember = options.onMember ?? (() => {});
    this.#succeeds = options.succeeds;
    this.#assignment = new Assignment(options, this.#feed, (cause, where) => failure.handlerFailed(cause, where));
    this.#run().catch((error: Error) => failure.report(error));
  }

  joined(): boolean {
    return this.#assignment.dealt;
  }

  assigned(): number[] {
    return this.#assignment.partitions();
  }

  /**
   * After the next heartbeat, which goes out at once: the caller was most likely overtaken by a member of which this one
   * does not know yet, and would take the partition from its owner.
   */
  restart(partition: number): void {
    this.#assignment.pause(partition);
    this.#doubted.add(partition);
    this.#pausing.abort();
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#pausing.abort();
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
    // Where the coordinator was away, a rebalance may wait for this member: it asks at once.
    const isBack = this.#connection === undefined && this.#membership !== undefined;
    this.#connection ??= await this.#connect();
    if (this.#membership === undefined) await this.#join(this.#connection);
    if (!isBack) await this.#pause();
    const doubted = [...this.#doubted];
    const code = await heartbeat(this.#connection, this.#request.groupId, this.#membership!);
    if (code !== KAFKA.none) throw new BrokerRefused(code, 'heartbeat');
    for (const partition of doubted) {
      this.#doubted.delete(partition);
      this.#assignment.restart(partition);
    }
  }

  async #pause(): Promise<void> {
    if (this.#doubted.size > 0) return;
    const pausing = new AbortController();
    this.#pausing = pausing;
    await delay(LIMITS.heartbeatMs, undefined, { signal: pausing.signal }).catch((error: unknown) => {
      if (!pausing.signal.aborted) throw error;
    });
    if (this.#ended()) throw new ConnectionLost('the member is closed');
  }

  async #connect(): Promise<BrokerConnection> {
    const address = await this.#cluster.coordinatorOf(this.#request.groupId);
    const made = await this.#cluster.connect(address);
    if (this.#ended()) throw made.close('the member is closed');
    return made;
  }

  async #join(connection: BrokerConnection): Promise<void> {
    const member = { memberId: this.#memberId, holds: this.#assignment.partitions() };
    const joined = await joinAndSync(connection, this.#request, member, () => this.#takeOut(connection));
    if (this.#ended()) return;
    if (joined.memberId !== this.#memberId) this.#onMember(joined.memberId);
    this.#memberId = joined.memberId;
    this.#membership = joined;
    const { groupId: group } = this.#request;
    this.#cluster.logger.info({ group, generation: joined.generation, partitions: joined.partitions }, 'group joined');
    this.#assignment.assign(joined.partitions);
  }

  /** The one before this: the group deals anew at once, and this member is in time for it. */
  async #takeOut(connection: BrokerConnection): Promise<void> {
    const name = this.#succeeds;
    if (name === undefined) return;
    const { groupId: group } = this.#request;
    const code = await leave(connection, group, name);
    if (COORDINATOR_MOVED.includes(code)) throw new BrokerRefused(code, 'leave group');
    this.#succeeds = undefined;
    // Unknown: its session was over already.
    if (code === KAFKA.none)
      this.#cluster.logger.info({ group, member: name }, 'took its predecessor out of the group');
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
    if (kafkaCode === KAFKA.rebalanceInProgress) {
      this.#membership = undefined;
      return true;
    }
    if (LEFT_OUT.includes(kafkaCode)) {
      if (kafkaCode === KAFKA.unknownMember) this.#memberId = '';
      this.#membership = undefined;
      this.#doubted.clear();
      this.#assignment.revokeAll();
      return true;
    }
    if (kafkaCode === KAFKA.invalidSessionTimeout && this.#request.sessionTimeoutMs < LIMITS.sessionTimeoutFallbackMs) {
      this.#cluster.logger.warn(
        { group: this.#request.groupId, asked: this.#request.sessionTimeoutMs, now: LIMITS.sessionTimeoutFallbackMs },
        'the brokers refuse a session so short, and a dead member is found out later: set their group.min.session.timeout.ms to it or less',
      );
      this.#request = { ...this.#request, sessionTimeoutMs: LIMITS.sessionTimeoutFallbackMs };
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
