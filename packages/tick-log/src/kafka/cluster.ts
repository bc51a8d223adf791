import { setTimeout as delay } from 'node:timers/promises';
import { TickLogError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { LogWriter } from '../log-writer.ts';
import { BrokerRefused, ConnectionLost, KAFKA } from './broker-error.ts';
import { type Address, BrokerConnection, type SocketFactory } from './connection.ts';
import { groupBy } from './group-by.ts';
import { Pause } from './pause.ts';

const CONSUMER_GROUP = 0;

export interface ClusterOptions {
  brokers: readonly string[];
  clientId: string;
  topics: readonly string[];
  logger: LogWriter;
  socketFactory: SocketFactory;
}

/**
 * Which broker leads which partition, as some broker told last, and connections for short questions. Never decides on its
 * own to look again: who meets a wrong leader asks for `refresh`.
 */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #seeds: readonly Address[];
  #addresses = new Map<number, Address>();
  /** Topic to leader by partition; -1 where there is none now. */
  #leaders = new Map<string, number[]>();
  #refreshing: Promise<void> | undefined;
  readonly #connections = new Map<string, Promise<BrokerConnection>>();
  readonly #closing = new AbortController();

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#seeds = options.brokers.map(parseAddress);
  }

  /** Aborted when the log is closed; loops end by it. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  get logger(): LogWriter {
    return this.#options.logger;
  }

  /** The leader's node id, or undefined where nobody leads or nobody was asked yet. */
  leaderOf(topic: string, partition: number): number | undefined {
    const leader = this.#leaders.get(topic)?.[partition] ?? -1;
    return leader >= 0 && this.#addresses.has(leader) ? leader : undefined;
  }

  partitionCount(topic: string): number {
    return this.#leaders.get(topic)?.length ?? 0;
  }

  addressOf(nodeId: number): Address {
    const address = this.#addresses.get(nodeId);
    if (address === undefined) throw new ConnectionLost(`broker ${nodeId} is not known any more`);
    return address;
  }

  /** A connection that belongs to the caller alone. */
  connect(address: Address): Promise<BrokerConnection> {
    if (this.closing.aborted) return Promise.reject(new ConnectionLost('the log is closed'));
    return BrokerConnection.open(address, this.#options.clientId, this.#options.socketFactory);
  }

  /** Asks any broker who leads what; callers at the same time share one question. Rejects when nobody answers. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.askAny((connection) => this.#readMetadata(connection)).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Refreshes, and pauses whether it worked or not: what follows is another try of what failed. */
  async refreshAfterFailure(pause: Pause): Promise<void> {
    await pause.wait(this.closing);
    if (this.closing.aborted) return;
    await this.refresh().catch((error: unknown) => {
      // What failed goes on failing and is told by whoever tries it.
      if (!(error instanceof ConnectionLost || error instanceof BrokerRefused)) throw error;
    });
  }

  /**
   * Puts a question that any broker can answer to all known ones, one after the other: the next when the last failed or is
   * slow. The first answer wins, so a hung broker costs a fraction of a second.
   */
  async askAny<T>(question: (connection: BrokerConnection) => Promise<T>): Promise<T> {
    const failures: unknown[] = [];
    const running: Promise<{ value: T } | undefined>[] = [];
    for (const address of shuffled(this.#knownAddresses())) {
      running.push(
        this.ask(address, question).then(
          (value) => ({ value }),
          (error: unknown) => void failures.push(error),
        ),
      );
      const answer = await Promise.race([running.at(-1), delay(LIMITS.metadataHedgeMs)]);
      if (answer !== undefined) return answer.value;
    }
    for (const answer of await Promise.all(running)) if (answer !== undefined) return answer.value;
    throw failures.find((failure) => failure instanceof BrokerRefused) ?? failures.at(-1);
  }

  /** A question over a connection shared by all short questions to this broker. */
  async ask<T>(address: Address, question: (connection: BrokerConnection) => Promise<T>): Promise<T> {
    return question(await this.#shared(address));
  }

  /** Where the group's coordinator is now. */
  async coordinatorOf(groupId: string): Promise<Address> {
    const found = await this.askAny((connection) =>
      connection.call<Coordinator>('GroupCoordinator', { groupId, coordinatorType: CONSUMER_GROUP }),
    );
    if (found.errorCode !== KAFKA.none) throw new BrokerRefused(found.errorCode, `coordinator of ${groupId}`);
    return { host: found.coordinator.host, port: found.coordinator.port };
  }

  /** Of each partition the first offset that was appended then or later, by leader; without one where there is none. */
  async offsetsAt(topic: string, partitions: readonly number[], atMs: number): Promise<Map<number, number>> {
    const result = new Map<number, number>();
    const perLeader = groupBy(partitions, (partition) => this.leaderOf(topic, partition));
    await Promise.all(
      [...perLeader].map(async ([leader, ofLeader]) => {
        if (leader === undefined) throw new ConnectionLost(`no leader of ${topic}/${ofLeader.join()}`);
        const found = await this.ask(this.addressOf(leader), (connection) =>
          listOffsets(connection, topic, ofLeader, atMs),
        );
        for (const [partition, offset] of found) if (offset >= 0) result.set(partition, offset);
      }),
    );
    return result;
  }

  /** Offsets of partitions by leader: the oldest, and the next to be written. Rejects where one can't be told now. */
  async offsets(topic: string, partitions: readonly number[]): Promise<Map<number, { oldest: number; end: number }>> {
    const result = new Map<number, { oldest: number; end: number }>();
    const perLeader = groupBy(partitions, (partition) => this.leaderOf(topic, partition));
    await Promise.all(
      [...perLeader].map(async ([leader, ofLeader]) => {
        if (leader === undefined) throw new ConnectionLost(`no leader of ${topic}/${ofLeader.join()}`);
        const address = this.addressOf(leader);
        const [oldest, end] = await Promise.all([
          this.ask(address, (connection) => listOffsets(connection, topic, ofLeader, EARLIEST)),
          this.ask(address, (connection) => listOffsets(connection, topic, ofLeader, LATEST)),
        ]);
        for (const partition of ofLeader) {
          result.set(partition, { oldest: oldest.get(partition)!, end: end.get(partition)! });
        }
      }),
    );
    return result;
  }

  /** Tries until it works, the deadline passes, or the log is closed. */
  async retry<T>(attempt: () => Promise<T>, deadlineMs = Number.POSITIVE_INFINITY): Promise<T> {
    const pause = new Pause();
    const deadline = performance.now() + deadlineMs;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof ConnectionLost || error instanceof BrokerRefused)) throw error;
        if (this.closing.aborted) throw new TickLogError('closed', 'the log was closed', { cause: error });
        if (performance.now() > deadline) {
          const brokers = this.#options.brokers.join(', ');
          const text = `Kafka at ${brokers} did not answer as it must within ${deadlineMs} ms: ${error.message}`;
          throw new TickLogError('unreachable', text, { cause: error });
        }
        await this.refreshAfterFailure(pause);
      }
    }
  }

  close(): void {
    this.#closing.abort();
    for (const connection of this.#connections.values()) {
      connection.then(
        (open) => open.close('the log is closed'),
        () => {},
      );
    }
    this.#connections.clear();
  }

  #knownAddresses(): Address[] {
    const known = new Map([...this.#seeds, ...this.#addresses.values()].map((address) => [nameOf(address), address]));
    return [...known.values()];
  }

  async #shared(address: Address): Promise<BrokerConnection> {
    const name = nameOf(address);
    const known = this.#connections.get(name);
    if (known !== undefined) {
      const connection = await known.catch(() => undefined);
      if (connection?.open === true) return connection;
      // Whoever comes first replaces it; the others find the new one.
      if (this.#connections.get(name) !== known) return this.#shared(address);
    }
    const made = this.connect(address);
    this.#connections.set(name, made);
    return made;
  }

  async #readMetadata(connection: BrokerConnection): Promise<void> {
    const topics = [...this.#options.topics];
    const answer = await connection.call<Metadata>('Metadata', { topics, allowAutoTopicCreation: false });
    this.#addresses = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
    for (const { topic, partitionMetadata } of answer.topicMetadata) {
      const leaders: number[] = [];
      for (const { partitionId, leader } of partitionMetadata) leaders[partitionId] = leader;
      this.#leaders.set(topic, leaders);
    }
  }
}

const EARLIEST = -2;
const LATEST = -1;

async function listOffsets(
  connection: BrokerConnection,
  topic: string,
  partitions: readonly number[],
  timestamp: number,
): Promise<Map<number, number>> {
  const asked = partitions.map((partition) => ({ partition, timestamp }));
  const answer = await connection.call<Offsets>('ListOffsets', {
    isolationLevel: 0,
    topics: [{ topic, partitions: asked }],
  });
  const offsets = new Map<number, number>();
  for (const { partition, errorCode, offset } of answer.responses[0]?.partitions ?? []) {
    if (errorCode !== KAFKA.none) throw new BrokerRefused(errorCode, `offsets of ${topic}/${partition}`);
    offsets.set(partition, Number(offset));
  }
  for (const partition of partitions) {
    if (!offsets.has(partition))
      throw new BrokerRefused(KAFKA.unknownTopicOrPartition, `offsets of ${topic}/${partition}`);
  }
  return offsets;
}

function parseAddress(text: string): Address {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port)) throw new TypeError(`a broker is given as host:port, not as "${text}"`);
  return { host: text.slice(0, colon), port };
}

function nameOf({ host, port }: Address): string {
  return `${host}:${port}`;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

interface Metadata {
  brokers: { nodeId: number; host: string; port: number }[];
  topicMetadata: {
    topic: string;
    topicErrorCode: number;
    partitionMetadata: { partitionId: number; leader: number }[];
  }[];
}

interface Offsets {
  responses: { topic: string; partitions: { partition: number; errorCode: number; offset: string }[] }[];
}

interface Coordinator {
  errorCode: number;
  coordinator: { nodeId: number; host: string; port: number };
}
