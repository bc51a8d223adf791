import { ChannelFeed, type Signal } from '../channel-feed.ts';
import type { OnSignal, SignalCounts } from '../contract.ts';
import { CHANNELS_PER_CALL, PROBE_INTERVAL_MS, PROBE_LATE_MS, READS_AT_ONCE, RELINK_DELAY_MS } from '../limits.ts';
import type { SignalBusLogger } from '../logger.ts';
import { readEntry } from './entry.ts';
import type { LinkUser, NodeLink } from './node-link.ts';

/** What a partition's subscriber needs of the store and the cluster. */
export interface PartitionSource {
  /** The shard channel of this bus's probes in this partition. */
  readonly probe: string;
  readonly counts: SignalCounts;
  readonly logger: SignalBusLogger | undefined;
  /** A link to the partition's master; undefined while none is known. */
  link(): NodeLink | undefined;
  /** The slot map may be wrong. */
  stale(): void;
  /** What is kept of a channel, oldest first. */
  kept(key: string): Promise<Signal[]>;
  /** Sends the probe and returns the newest signal of each channel, in one step. */
  look(keys: readonly string[], nonce: string): Promise<({ number: number; id: string } | undefined)[]>;
}

export interface Subscriber {
  readonly onSignal: OnSignal;
  /** From when its subscription stands: what comes sooner was published before it, or may have been. */
  active: boolean;
}

interface Channel {
  readonly key: string;
  readonly subscribers: Set<Subscriber>;
  /** Undefined until what was there before it was read. */
  feed: ChannelFeed | undefined;
  /** The link on which it is subscribed. */
  on: NodeLink | undefined;
  /** Called when it was subscribed and looked at: nothing that is published from now on can be missed. */
  readonly waiting: (() => void)[];
}

/**
 * The subscriptions of one partition at its master: keeps them there whatever becomes of it. One loop: link, subscribe,
 * look, and again and again send a probe that must come back; what fails begins it anew.
 */
export class PartitionWatch implements LinkUser {
  readonly #source: PartitionSource;
  readonly #channels = new Map<string, Channel>();
  #link: NodeLink | undefined;
  #running = false;
  #closed = false;
  #nonce = 0;
  /** The link by which the last probe came back. Tries that never stood are not worth a line. */
  #proven: NodeLink | undefined;
  /** Performance time of the last probe that came back. */
  #provenAtMs = Number.NEGATIVE_INFINITY;
  #wake: () => void = () => undefined;
  #awake = false;
  #echoed: (nonce: string) => void = () => undefined;
  /** Where the next look begins, in a partition of more channels than one look takes. */
  #lookFrom = 0;

  constructor(source: PartitionSource) {
    this.#source = source;
  }

  get used(): boolean {
    return this.#channels.size > 0;
  }

  get healthy(): boolean {
    const sinceMs = performance.now() - this.#provenAtMs;
    return this.#link !== undefined && sinceMs <= PROBE_INTERVAL_MS + PROBE_LATE_MS;
  }

  /** Resolves when the channel is subscribed; never while the store is away. */
  add(key: string, subscriber: Subscriber): Promise<void> {
    let channel = this.#channels.get(key);
    if (channel === undefined) {
      channel = { key, subscribers: new Set(), feed: undefined, on: undefined, waiting: [] };
      this.#channels.set(key, channel);
    }
    channel.subscribers.add(subscriber);
    const { waiting } = channel;
    return new Promise((resolve) => {
      waiting.push(() => {
        subscriber.active = true;
        resolve();
      });
      this.#wakeUp();
      if (!this.#running) void this.#run();
    });
  }

  remove(key: string, subscriber: Subscriber): void {
    const channel = this.#channels.get(key);
    channel?.subscribers.delete(subscriber);
    if (channel === undefined || channel.subscribers.size > 0) return;
    this.#channels.delete(key);
    if (channel.on !== undefined && channel.on === this.#link) channel.on.unsubscribe(this, key);
    if (!this.used) this.#wakeUp();
  }

  close(): void {
    this.#closed = true;
    this.#channels.clear();
    this.#wakeUp();
    this.#leave();
  }

  message(name: string, payload: Buffer): void {
    if (name === this.#source.probe) {
      this.#echoed(payload.toString());
      return;
    }
    const channel = this.#channels.get(name);
    const signal = readEntry(payload);
    if (channel?.feed === undefined || signal === undefined) return;
    this.#give(channel, channel.feed.arrived(signal));
    if (channel.feed.behind) this.#wakeUp();
  }

  lost(reason: string): void {
    if (this.#proven !== undefined && this.#proven === this.#link) {
      this.#source.counts.relinked += 1;
      const fields = { event: 'signal_link_lost', node: this.#link.address, reason };
      this.#source.logger?.warn(fields, 'a subscription of signals is made anew');
    }
    this.#link = undefined;
    this.#wakeUp();
    this.#echoed('');
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (!this.#closed && this.used) {
      const link = this.#source.link();
      if (link !== undefined) {
        try {
          await this.#follow(link);
        } catch {
          // Its master is away, or not the master: said by `lost`, and tried until it is.
          link.end('it did not answer');
        }
      }
      this.#leave();
      if (this.#closed || !this.used) break;
      this.#source.stale();
      await this.#pause(RELINK_DELAY_MS);
    }
    this.#running = false;
  }

  /** Until the link is gone, or nothing is to be followed. */
  async #follow(link: NodeLink): Promise<void> {
    link.join(this);
    this.#link = link;
    const known = [...this.#channels.values()].filter(({ feed }) => feed !== undefined);
    await link.subscribe(this, [this.#source.probe, ...known.map(({ key }) => key)]);
    for (const channel of known) channel.on = link;
    while (this.#link === link && this.used) {
      await this.#admit(link);
      await this.#check(link);
      await this.#pause(PROBE_INTERVAL_MS);
    }
  }

  /** First what the store has, then the subscription: what comes between the two is found by `#check`. */
  async #admit(link: NodeLink): Promise<void> {
    const fresh = [...this.#channels.values()].filter(({ on }) => on !== link);
    if (fresh.length === 0) return;
    await this.#read(fresh, (channel, kept) => {
      channel.feed ??= new ChannelFeed(kept);
    });
    const live = fresh.filter(({ key }) => this.#channels.has(key));
    if (this.#link !== link || live.length === 0) return;
    await link.subscribe(
      this,
      live.map(({ key }) => key),
    );
    for (const channel of live) channel.on = link;
  }

  /** A probe, and what the channels' numbers say of it. */
  async #check(link: NodeLink): Promise<void> {
    const looked = this.#toLook(link);
    this.#nonce += 1;
    const nonce = String(this.#nonce);
    const echo = this.#echoOf(nonce);
    const look = this.#source.look(
      looked.map(({ key }) => key),
      nonce,
    );
    const newest = await Promise.race([look, echo.late]);
    if (newest === undefined || !(await echo.arrived)) {
      echo.cancel();
      void look.catch(() => undefined);
      if (this.#link === link) link.end('its probe did not come back');
      return;
    }
    echo.cancel();
    this.#provenAtMs = performance.now();
    this.#proven = link;
    const lostBefore = lostOf(looked);
    const missing = looked.filter(({ feed }, i) => feed!.misses(newest[i]));
    await this.#read(missing, (channel, kept) => {
      const given = channel.feed!.kept(kept);
      this.#source.counts.fetched += given.length;
      this.#give(channel, given);
    });
    this.#source.counts.lost += lostOf(looked) - lostBefore;
    for (const channel of looked) for (const resolve of channel.waiting.splice(0)) resolve();
    if (missing.some(({ feed }) => feed!.behind)) this.#wakeUp();
  }

  /** Channels that are behind or new, then the others by turns. */
  #toLook(link: NodeLink): Channel[] {
    const subscribed = [...this.#channels.values()].filter(({ on }) => on === link);
    if (subscribed.length <= CHANNELS_PER_CALL) return subscribed;
    const urgent = subscribed.filter(({ feed, waiting }) => feed!.behind || waiting.length > 0);
    const rest = subscribed.filter(({ feed, waiting }) => !feed!.behind && waiting.length === 0);
    const from = rest.length === 0 ? 0 : this.#lookFrom % rest.length;
    const chosen = [...urgent, ...rest.slice(from), ...rest.slice(0, from)].slice(0, CHANNELS_PER_CALL);
    this.#lookFrom = from + Math.max(0, CHANNELS_PER_CALL - urgent.length);
    if (urgent.length > CHANNELS_PER_CALL) this.#wakeUp();
    return chosen;
  }

  #echoOf(nonce: string) {
    let timer: NodeJS.Timeout | undefined;
    let settle: (arrived: boolean) => void = () => undefined;
    const arrived = new Promise<boolean>((resolve) => {
      settle = resolve;
      this.#echoed = (echoed) => {
        if (echoed === nonce || echoed === '') resolve(echoed === nonce);
      };
      timer = setTimeout(() => resolve(false), PROBE_LATE_MS);
    });
    return {
      arrived,
      /** Resolves only when it does not come in time. */
      late: arrived.then((came) => (came ? new Promise<never>(() => undefined) : undefined)),
      cancel: () => {
        clearTimeout(timer);
        settle(false);
        this.#echoed = () => undefined;
      },
    };
  }

  async #read(channels: readonly Channel[], use: (channel: Channel, kept: Signal[]) => void): Promise<void> {
    for (let from = 0; from < channels.length; from += READS_AT_ONCE) {
      const part = channels.slice(from, from + READS_AT_ONCE);
      const kept = await Promise.all(part.map(({ key }) => this.#source.kept(key)));
      for (const [i, channel] of part.entries()) use(channel, kept[i]!);
    }
  }

  #give(channel: Channel, signals: readonly Signal[]): void {
    const { counts, logger } = this.#source;
    for (const { payload, number } of signals)
      for (const subscriber of [...channel.subscribers]) {
        if (!subscriber.active) continue;
        counts.received += 1;
        try {
          subscriber.onSignal(new Uint8Array(payload), number);
        } catch (error) {
          logger?.error({ event: 'signal_callback_failed', error: String(error) }, 'a subscriber of a signal failed');
        }
      }
  }

  #leave(): void {
    const link = this.#link;
    this.#link = undefined;
    link?.leave(this);
  }

  #wakeUp(): void {
    this.#awake = true;
    this.#wake();
  }

  /** Until the time is up or something is to be done. */
  async #pause(ms: number): Promise<void> {
    if (!this.#awake) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = () => undefined;
    }
    this.#awake = false;
  }
}

const lostOf = (channels: readonly Channel[]): number => channels.reduce((sum, { feed }) => sum + (feed?.lost ?? 0), 0);
