import { Redis } from 'ioredis';
import { CHANNELS_PER_CALL, LINK_TIMEOUT_MS } from '../limits.ts';

/** A partition's part of a link. */
export interface LinkUser {
  /** Raw: what it means is read by the user. */
  message(channel: string, payload: Buffer): void;
  /** The link is gone; nothing comes any more. Called once. */
  lost(reason: string): void;
}

/**
 * One connection that subscribes at one master. Lifetime:
 *
 * | event | what happens |
 * |---|---|
 * | the connection closes, or does not stand within LINK_TIMEOUT_MS | `lost` |
 * | a slot moves away (`sunsubscribe` unasked, `MOVED`) | `lost`: its partitions look for their masters anew |
 * | a probe of a partition does not come back | its user calls `end` |
 * | the last user leaves | closed |
 *
 * It never connects again by itself: a subscription that ioredis restores says nothing of what was missed meanwhile.
 */
export class NodeLink {
  readonly address: string;
  readonly #redis: Redis;
  readonly #users = new Map<LinkUser, Set<string>>();
  readonly #owners = new Map<string, LinkUser>();
  readonly #onEnd: (link: NodeLink) => void;
  #ended = false;

  constructor(address: string, onEnd: (link: NodeLink) => void) {
    this.address = address;
    this.#onEnd = onEnd;
    const colon = address.lastIndexOf(':');
    this.#redis = new Redis({
      host: address.slice(0, colon),
      port: Number(address.slice(colon + 1)),
      connectTimeout: LINK_TIMEOUT_MS,
      disconnectTimeout: 100,
      retryStrategy: () => null,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: null,
      enableReadyCheck: false,
    });
    this.#redis.on('smessageBuffer', (channel: Buffer, payload: Buffer | null) => {
      const name = channel.toString();
      this.#owners.get(name)?.message(name, payload ?? Buffer.alloc(0));
    });
    this.#redis.on('error', () => undefined); // `close` follows.
    this.#redis.on('close', () => this.end('its connection closed'));
    this.#redis.on('moved', () => this.end('a slot of it moved'));
  }

  get ended(): boolean {
    return this.#ended;
  }

  join(user: LinkUser): void {
    if (!this.#users.has(user)) this.#users.set(user, new Set());
  }

  leave(user: LinkUser): void {
    const names = this.#users.get(user);
    if (names === undefined) return;
    this.#users.delete(user);
    for (const name of names) this.#owners.delete(name);
    if (this.#users.size === 0) this.end('nobody uses it');
    else if (names.size > 0) void this.#redis.sunsubscribe(...names).catch(() => undefined); // Then it is closed, too.
  }

  /** Rejects when not all of them are subscribed in time. All names are of one slot. */
  async subscribe(user: LinkUser, names: readonly string[]): Promise<void> {
    const own = this.#users.get(user);
    if (own === undefined || this.#ended) throw new Error(`the link to ${this.address} is gone`);
    for (let from = 0; from < names.length; from += CHANNELS_PER_CALL) {
      const part = names.slice(from, from + CHANNELS_PER_CALL);
      for (const name of part) {
        own.add(name);
        this.#owners.set(name, user);
      }
      await within(LINK_TIMEOUT_MS, this.#redis.ssubscribe(...part));
    }
  }

  unsubscribe(user: LinkUser, name: string): void {
    this.#users.get(user)?.delete(name);
    this.#owners.delete(name);
    if (!this.#ended) void this.#redis.sunsubscribe(name).catch(() => undefined);
  }

  end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#redis.disconnect();
    this.#onEnd(this);
    const users = [...this.#users.keys()];
    this.#users.clear();
    this.#owners.clear();
    for (const user of users) user.lost(reason);
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no reply within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
