import { noCounts, type OnSignal, type SignalBus, type SignalSubscription } from '../contract.ts';
import { SignalBusError } from '../errors.ts';
import { CHANNELS_MAX, SIGNAL_KEEP_MS } from '../limits.ts';
import type { SignalBusLogger } from '../logger.ts';
import { checkChannel, checkPayload } from '../validation.ts';

/** What the buses of one process share, as those of a cluster share Redis. */
export interface MemorySignalHub {
  open(logger?: SignalBusLogger): SignalBus;
}

interface Channel {
  last: number;
  lastAtMs: number;
  readonly subscribers: Set<Subscriber>;
}

interface Subscriber {
  readonly bus: MemorySignalBus;
  readonly onSignal: OnSignal;
}

/** Channels that nobody has are looked through for forgotten ones each time their number doubled from here. */
const SWEEP_CHANNELS = 1_024;

class Hub implements MemorySignalHub {
  readonly channels = new Map<string, Channel>();
  #sweepAt = SWEEP_CHANNELS;

  open(logger?: SignalBusLogger): SignalBus {
    return new MemorySignalBus(this, logger);
  }

  channel(name: string): Channel {
    const now = performance.now();
    let channel = this.channels.get(name);
    if (channel === undefined) {
      if (this.channels.size >= this.#sweepAt) this.#sweep(now);
      channel = { last: 0, lastAtMs: now, subscribers: new Set() };
      this.channels.set(name, channel);
    } else if (now - channel.lastAtMs > SIGNAL_KEEP_MS) channel.last = 0;
    return channel;
  }

  #sweep(now: number): void {
    for (const [name, { subscribers, lastAtMs }] of this.channels)
      if (subscribers.size === 0 && now - lastAtMs > SIGNAL_KEEP_MS) this.channels.delete(name);
    this.#sweepAt = Math.max(SWEEP_CHANNELS, this.channels.size * 2);
  }
}

class MemorySignalBus implements SignalBus {
  readonly #hub: Hub;
  readonly #logger: SignalBusLogger | undefined;
  readonly counts = noCounts();
  readonly #own = new Map<Subscriber, Channel>();
  #closed = false;

  constructor(hub: Hub, logger: SignalBusLogger | undefined) {
    this.#hub = hub;
    this.#logger = logger;
  }

  get healthy(): boolean {
    return !this.#closed;
  }

  async publish(name: string, payload: Uint8Array): Promise<void> {
    this.#open();
    checkChannel(name);
    checkPayload(payload);
    const channel = this.#hub.channel(name);
    channel.last += 1;
    channel.lastAtMs = performance.now();
    this.counts.published += 1;
    const number = channel.last;
    // In a later turn, as from a network: no subscriber runs inside its publisher's call.
    for (const subscriber of channel.subscribers) {
      const copy = payload.slice();
      queueMicrotask(() => subscriber.bus.#give(subscriber, channel, copy, number));
    }
  }

  async subscribe(name: string, onSignal: OnSignal): Promise<SignalSubscription> {
    this.#open();
    checkChannel(name);
    if (this.#own.size >= CHANNELS_MAX)
      throw new SignalBusError('overloaded', `this bus has ${CHANNELS_MAX} subscriptions already`);
    const channel = this.#hub.channel(name);
    const subscriber: Subscriber = { bus: this, onSignal };
    channel.subscribers.add(subscriber);
    this.#own.set(subscriber, channel);
    return {
      close: async () => {
        channel.subscribers.delete(subscriber);
        this.#own.delete(subscriber);
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const [subscriber, channel] of this.#own) channel.subscribers.delete(subscriber);
    this.#own.clear();
  }

  #give(subscriber: Subscriber, channel: Channel, payload: Uint8Array, number: number): void {
    if (!channel.subscribers.has(subscriber)) return;
    this.counts.received += 1;
    try {
      subscriber.onSignal(payload, number);
    } catch (error) {
      this.#logger?.error({ event: 'signal_callback_failed', error: String(error) }, 'a subscriber of a signal failed');
    }
  }

  #open(): void {
    if (this.#closed) throw new SignalBusError('closed', 'the signal bus was closed');
  }
}

export function createMemorySignalHub(): MemorySignalHub {
  return new Hub();
}

/** A bus of its own: what is published on it comes back to it alone. */
export function openMemorySignalBus(logger?: SignalBusLogger): SignalBus {
  return new Hub().open(logger);
}
