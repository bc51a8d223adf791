import { setTimeout as delay } from 'node:timers/promises';
import { TapecastClient, type WebSocketConstructor } from '@tapecast/client';
import { WebSocket } from 'ws';
import { wallUs } from './percentiles.ts';
import type { Calls } from './role-process.ts';

export interface ClientsOptions {
  /** `host:port` of each gateway: one client each. */
  addresses: readonly string[];
  symbols: readonly string[];
  channels: readonly string[];
}

/** Numbers of one trade in `ClientReport.trades`, in turn. */
export const TRADE_NUMBERS = ['symbol', 'id', 'receivedAtUs', 'publishedAtUs', 'arrivedAtUs'] as const;

export interface ClientReport {
  address: string;
  trades: Float64Array;
  events: Record<string, number>;
  gaps: number;
  faults: string[];
  states: string[];
}

const SUBSCRIBED_WITHIN_MS = 30_000;
const SUBSCRIBE_AGAIN_MS = 250;

/** One client a gateway, told of everything, that notes each live trade with the time at which the application had it. */
export async function startClients(options: ClientsOptions): Promise<{ told: undefined; calls: Calls }> {
  const symbolNumbers = new Map(options.symbols.map((symbol, number) => [symbol, number]));
  const holders = options.addresses.map((address) => new Holder(address, symbolNumbers));
  await Promise.all(holders.map((holder) => holder.subscribe(options)));
  return {
    told: undefined,
    calls: {
      counts: () => holders.map(({ tradeCount }) => tradeCount),
      report: () => holders.map((holder) => holder.report()),
    },
  };
}

class Holder {
  readonly #address: string;
  readonly #client: TapecastClient;
  readonly #trades: number[] = [];
  readonly #events: Record<'quote' | 'depth' | 'kline' | 'notice' | 'status', number> = {
    quote: 0,
    depth: 0,
    kline: 0,
    notice: 0,
    status: 0,
  };
  readonly #faults: string[] = [];
  readonly #states: string[] = [];
  #gaps = 0;

  constructor(address: string, symbolNumbers: ReadonlyMap<string, number>) {
    this.#address = address;
    const webSocket = WebSocket as unknown as WebSocketConstructor;
    this.#client = new TapecastClient({ url: `ws://${address}/v1/stream`, webSocket });
    this.#client.on('trade', (trade) => {
      if (trade.history) return;
      const number = symbolNumbers.get(trade.symbol) ?? -1;
      this.#trades.push(number, Number(trade.id), trade.receivedAtUs ?? 0, trade.publishedAtUs ?? 0, wallUs());
    });
    for (const name of ['quote', 'depth', 'kline', 'notice', 'status'] as const) {
      this.#client.on(name, () => {
        this.#events[name]++;
      });
    }
    this.#client.on('gap', () => {
      this.#gaps++;
    });
    this.#client.on('fault', ({ error }) => this.#faults.push(error.message));
    this.#client.on('state', ({ state, code }) => this.#states.push(code === undefined ? state : `${state} ${code}`));
    this.#client.connect();
  }

  get tradeCount(): number {
    return this.#trades.length / TRADE_NUMBERS.length;
  }

  /** A channel at a time: all pairs are more than one message may have. */
  async subscribe({ symbols, channels }: ClientsOptions): Promise<void> {
    for (const channel of channels) await this.#subscribeTo(symbols, channel);
  }

  /** Again until all are known: the catalogue may come after the gateway's start. */
  async #subscribeTo(symbols: readonly string[], channel: string): Promise<void> {
    const deadline = performance.now() + SUBSCRIBED_WITHIN_MS;
    for (;;) {
      const results = await this.#client.subscribe(symbols, [channel]);
      const refused = results.filter(({ ok }) => !ok);
      if (refused.length === 0 && results.length === symbols.length) return;
      if (performance.now() > deadline) throw new Error(`not subscribed: ${JSON.stringify(refused.slice(0, 3))}`);
      await delay(SUBSCRIBE_AGAIN_MS);
    }
  }

  report(): ClientReport {
    return {
      address: this.#address,
      trades: Float64Array.from(this.#trades),
      events: this.#events,
      gaps: this.#gaps,
      faults: this.#faults,
      states: this.#states,
    };
  }
}
