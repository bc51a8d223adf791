import { randomBytes } from 'node:crypto';
import { MarketStateError } from '@tapecast/market-state';
import { Calls, OPEN_TIMEOUT_MS, openCluster, slotOf } from '@tapecast/market-state/redis-cluster';
import type { Cluster } from 'ioredis';
import type { Signal } from '../channel-feed.ts';
import { noCounts, type OnSignal, type SignalBus, type SignalSubscription } from '../contract.ts';
import { SignalBusError } from '../errors.ts';
import { CHANNELS_MAX, SIGNAL_KEEP_MS, SIGNALS_KEPT, SUBSCRIBE_TIMEOUT_MS } from '../limits.ts';
import type { SignalBusLogger } from '../logger.ts';
import { checkChannel, checkPayload } from '../validation.ts';
import { ChannelNames } from './channel-names.ts';
import { Confirmations, type Published } from './confirmations.ts';
import { readEntry } from './entry.ts';
import { NodeLink } from './node-link.ts';
import { PartitionWatch, type Subscriber } from './partition-watch.ts';
import { SCRIPTS } from './scripts.lua.ts';

export interface RedisSignalBusOptions {
  /** `host:port` of some nodes of the cluster; the others are found through them. */
  nodes: readonly string[];
  logger?: SignalBusLogger | undefined;
  /** First part of every key and channel. Systems of different namespaces share a cluster without hearing each other. */
  namespace?: string | undefined;
  /** ms a call waits while the store is away. Default: that of calls to market state, 5 s. */
  callTimeoutMs?: number | undefined;
  /** ms until a first connection must stand. Default: that of market state, 10 s. */
  openTimeoutMs?: number | undefined;
}

/** The commands that ioredis makes of `SCRIPTS`. */
interface SignalCluster extends Cluster {
  publishSignal(
    key: string,
    id: string,
    payload: Buffer,
    kept: number,
    keepMs: number,
    given: number,
  ): Promise<[number: number, stored: number]>;
  lookAtSignals(keyCount: number, ...keysAndNonce: string[]): Promise<string[]>;
}

/** Connects, and rejects with `unavailable` when no cluster answers within `openTimeoutMs`. */
export async function openRedisSignalBus(options: RedisSignalBusOptions): Promise<SignalBus> {
  const timeoutMs = options.openTimeoutMs ?? OPEN_TIMEOUT_MS;
  // ioredis types do not know the commands of `scripts`.
  const cluster = (await asSignalErrors(
    openCluster(options.nodes, options.logger, timeoutMs, SCRIPTS),
  )) as SignalCluster;
  return new RedisSignalBus(cluster, options);
}

class RedisSignalBus implements SignalBus {
  readonly counts = noCounts();
  readonly #redis: SignalCluster;
  readonly #calls: Calls;
  readonly #callTimeoutMs: number;
  readonly #logger: SignalBusLogger | undefined;
  readonly #names: ChannelNames;
  readonly #links = new Map<string, NodeLink>();
  readonly #partitions = new Map<number, PartitionWatch>();
  readonly #confirmations: Confirmations;
  /** Names this bus in identities of signals and in probes; never used again. */
  readonly #bus = randomBytes(9).toString('base64url');
  #published = 0;
  #subscriptions = 0;
  #onClose: (() => void)[] = [];
  #closed = false;

  constructor(redis: SignalCluster, options: RedisSignalBusOptions) {
    this.#redis = redis;
    this.#calls = new Calls(options.callTimeoutMs, 'the signal bus');
    this.#callTimeoutMs = options.callTimeoutMs ?? SUBSCRIBE_TIMEOUT_MS;
    this.#logger = options.logger;
    this.#names = new ChannelNames(options.namespace ?? 'tapecast');
    this.#confirmations = new Confirmations(async (published) => {
      const { stored } = await this.#publish(published);
      if (stored) this.counts.putBack += 1;
    }, options.logger);
  }

  get healthy(): boolean {
    return !this.#closed && [...this.#partitions.values()].every((partition) => !partition.used || partition.healthy);
  }

  async publish(channel: string, payload: Uint8Array): Promise<void> {
    this.#open();
    checkChannel(channel);
    checkPayload(payload);
    this.#published += 1;
    const id = `${this.#bus}-${this.#published}`;
    const signal = { key: this.#names.of(channel).key, id, payload: Buffer.from(payload), number: 0 };
    const { number } = await this.#publish(signal);
    this.counts.published += 1;
    this.#confirmations.add({ ...signal, number });
  }

  async subscribe(channel: string, onSignal: OnSignal): Promise<SignalSubscription> {
    this.#open();
    checkChannel(channel);
    if (this.#subscriptions >= CHANNELS_MAX)
      throw new SignalBusError('overloaded', `this bus has ${CHANNELS_MAX} subscriptions already`);
    const { partition, key } = this.#names.of(channel);
    const watch = this.#partition(partition);
    const subscriber: Subscriber = { onSignal, active: false };
    this.#subscriptions += 1;
    let open = true;
    const close = (): void => {
      if (!open) return;
      open = false;
      subscriber.active = false;
      this.#subscriptions -= 1;
      watch.remove(key, subscriber);
    };
    try {
      await this.#inTime(`subscribe to ${channel}`, watch.add(key, subscriber));
    } catch (error) {
      close();
      throw error;
    }
    return { close: async () => close() };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#confirmations.close();
    this.#calls.close();
    for (const partition of this.#partitions.values()) partition.close();
    for (const link of [...this.#links.values()]) link.end('the bus was closed');
    for (const reject of this.#onClose.splice(0)) reject();
    this.#redis.disconnect();
  }

  async #publish({ key, id, payload, number }: Published): Promise<{ number: number; stored: boolean }> {
    const [given, stored] = await asSignalErrors(
      this.#calls.run('publish a signal', (step) =>
        step(() => this.#redis.publishSignal(key, id, payload, SIGNALS_KEPT, SIGNAL_KEEP_MS, number)),
      ),
    );
    return { number: given, stored: stored === 1 };
  }

  #partition(partition: number): PartitionWatch {
    const known = this.#partitions.get(partition);
    if (known !== undefined) return known;
    const probe = this.#names.probe(partition, this.#bus);
    const slot = slotOf(/\{(.*)\}/.exec(probe)![1]!);
    const watch = new PartitionWatch({
      probe,
      counts: this.counts,
      logger: this.#logger,
      link: () => this.#link(slot),
      stale: () => this.#redis.refreshSlotsCache(),
      kept: (key) => this.#kept(key),
      look: async (keys, nonce) => {
        const heads = await this.#calls.run('look at signals', (step) =>
          step(() => this.#redis.lookAtSignals(1 + keys.length, probe, ...keys, nonce)),
        );
        return heads.map((head) => readEntry(Buffer.from(head)));
      },
    });
    this.#partitions.set(partition, watch);
    return watch;
  }

  async #kept(key: string): Promise<Signal[]> {
    const entries = await this.#calls.run('read signals', (step) => step(() => this.#redis.lrangeBuffer(key, 0, -1)));
    return entries.map(readEntry).filter((entry) => entry !== undefined);
  }

  /** The link to the master of a slot, by the slot map of now. */
  #link(slot: number): NodeLink | undefined {
    const address = this.#redis.slots[slot]?.[0];
    if (address === undefined) return undefined;
    let link = this.#links.get(address);
    if (link === undefined) {
      link = new NodeLink(address, (ended) => {
        if (this.#links.get(address) === ended) this.#links.delete(address);
      });
      this.#links.set(address, link);
    }
    return link;
  }

  async #inTime(name: string, work: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let stop: (() => void) | undefined;
    try {
      await Promise.race([
        work,
        new Promise<never>((_, reject) => {
          timer = setTimeout(
            () =>
              reject(
                new SignalBusError('unavailable', `${name}: Redis did not answer within ${this.#callTimeoutMs} ms`),
              ),
            this.#callTimeoutMs,
          );
          stop = () => reject(new SignalBusError('closed', `${name}: the signal bus was closed`));
          this.#onClose.push(stop);
        }),
      ]);
    } finally {
      clearTimeout(timer);
      this.#onClose = this.#onClose.filter((one) => one !== stop);
    }
  }

  #open(): void {
    if (this.#closed) throw new SignalBusError('closed', 'the signal bus was closed');
  }
}

/** The connection is market state's; its errors are told as ours. */
async function asSignalErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof MarketStateError)) throw error;
    const code = error.code === 'superseded' ? 'failed' : error.code;
    throw new SignalBusError(code, error.message, { cause: error.cause });
  }
}
