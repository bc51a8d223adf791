import { Child } from './child.ts';

export interface Counts {
  frames: number;
  payloadBytes: number;
  closed: number;
  clients: number;
}

export interface Verified {
  decoding: number;
  updates: number;
  messages: number;
  wrong: number;
  first: string[];
}

export interface FleetOptions {
  port: number;
  hosts?: string[];
  processes: number;
  protocol: string | undefined;
  /** Symbols of each client; empty ones where the server is no gateway. */
  lists: readonly (readonly string[])[];
  channels: readonly string[];
  intervalMs: number;
  /** Clients of each process that go on decoding once they are subscribed; all where it is not said. */
  decoding?: number;
  /** Handshakes under way at once in each process. */
  atOnce?: number;
}

/** Clients of one server, in several processes. */
export class Fleet {
  readonly #children: Child[];
  readonly #options: FleetOptions;

  private constructor(children: Child[], options: FleetOptions) {
    this.#children = children;
    this.#options = options;
  }

  /** Resolves when every client is connected and its subscription answered. */
  static async connect(options: FleetOptions): Promise<Fleet> {
    const fleet = await Fleet.ready(options);
    await fleet.connect();
    return fleet;
  }

  /** Only the processes, so that their start is no part of what is measured next. */
  static async ready(options: FleetOptions): Promise<Fleet> {
    const children = Array.from({ length: options.processes }, () => Child.start('clients-main'));
    await Promise.all(children.map((child) => child.cost()));
    return new Fleet(children, options);
  }

  async connect(): Promise<void> {
    const { port, hosts = ['127.0.0.1'], protocol, channels, intervalMs, decoding, atOnce } = this.#options;
    await Promise.all(
      this.#children.map((child, i) =>
        child.ask({
          do: 'connect',
          port,
          hosts,
          protocol,
          lists: this.#share(i),
          channels,
          intervalMs,
          decoding,
          atOnce,
        }),
      ),
    );
  }

  /** All but the first `sample` of each process only count from now on. */
  async sample(sample: number): Promise<void> {
    await Promise.all(this.#children.map((child) => child.ask({ do: 'sample', sample })));
  }

  async counts(): Promise<Counts> {
    const all = await Promise.all(this.#children.map((child) => child.ask<Counts>({ do: 'counts' })));
    return all.reduce((sum, one) => ({
      frames: sum.frames + one.frames,
      payloadBytes: sum.payloadBytes + one.payloadBytes,
      closed: sum.closed + one.closed,
      clients: sum.clients + one.clients,
    }));
  }

  /** Counts once they stand still: the clients have read what there was. */
  async settled(): Promise<Counts> {
    let before = await this.counts();
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const now = await this.counts();
      if (now.frames === before.frames && now.payloadBytes === before.payloadBytes) return now;
      before = now;
    }
  }

  async verify(lasts: Readonly<Record<string, number>>): Promise<Verified> {
    const { channels } = this.#options;
    const all = await Promise.all(
      this.#children.map((child, i) => child.ask<Verified>({ do: 'verify', lists: this.#share(i), channels, lasts })),
    );
    return all.reduce((sum, one) => ({
      decoding: sum.decoding + one.decoding,
      updates: sum.updates + one.updates,
      messages: sum.messages + one.messages,
      wrong: sum.wrong + one.wrong,
      first: [...sum.first, ...one.first].slice(0, 3),
    }));
  }

  /**
   * Awake clients take a core of their own, and writing to them wakes nobody: on loopback a writer pays for waking its reader,
   * the more the slower it writes, which no server pays for clients on other machines.
   */
  async awake(awake: boolean): Promise<void> {
    await Promise.all(this.#children.map((child) => child.ask({ do: 'awake', awake })));
  }

  async watch(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.ask({ do: 'watch' })));
  }

  /** Of all decoding clients since `watch`, ascending. */
  async latenciesMs(): Promise<number[]> {
    const all = await Promise.all(this.#children.map((child) => child.ask<number[]>({ do: 'latencies' })));
    return all.flat().sort((a, b) => a - b);
  }

  /** Frames of the client that got the fewest since the last such question. */
  async fewest(): Promise<number> {
    return Math.min(...(await Promise.all(this.#children.map((child) => child.ask<number>({ do: 'fewest' })))));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.stop()));
  }

  #share(process: number): string[][] {
    const { lists, processes } = this.#options;
    return lists.filter((_, i) => i % processes === process).map((list) => [...list]);
  }
}
