import type { GatewayLimits } from '../limits.ts';
import { RateTable } from './rate-table.ts';

export type AddressLimited = 'handshakes_per_address' | 'connections_per_address' | 'requests_per_address';

/** Why an address gets nothing now, and when it may come again. */
export interface Limited {
  limit: AddressLimited;
  retryAfterS: number;
  msg: string;
}

/** A connection that is too many goes only when its address closes another: nobody knows when. */
const CONNECTIONS_RETRY_S = 10;

/**
 * What one address may do before anything costly is done for it: no token is verified, nothing is read from the store.
 * Keys are those of `clientKey`; undefined is somebody who is not limited.
 */
export class AddressLimits {
  readonly #limits: GatewayLimits;
  readonly #handshakes: RateTable;
  readonly #requests: RateTable;
  /** Only of addresses that have one: never more entries than connections. */
  readonly #connections = new Map<string, number>();

  constructor(limits: GatewayLimits) {
    this.#limits = limits;
    const { handshakesBurst, handshakesPerSecond, requestsBurst, requestsPerSecond, addressesMax } = limits;
    this.#handshakes = new RateTable(handshakesBurst, handshakesPerSecond, addressesMax);
    this.#requests = new RateTable(requestsBurst, requestsPerSecond, addressesMax);
  }

  /** Takes one handshake; undefined when the connection may be made. */
  handshake(key: string | undefined, nowMs: number): Limited | undefined {
    if (key === undefined) return undefined;
    const { handshakesPerSecond, connectionsPerAddressMax } = this.#limits;
    const waitMs = this.#handshakes.take(key, nowMs);
    if (waitMs > 0) {
      const msg = `your address made more than ${handshakesPerSecond} connections a second. Keep one connection and subscribe on it; wait before the next try, longer each time`;
      return { limit: 'handshakes_per_address', retryAfterS: seconds(waitMs), msg };
    }
    if ((this.#connections.get(key) ?? 0) >= connectionsPerAddressMax) {
      const msg = `your address holds ${connectionsPerAddressMax} connections, which is the most it may. Close some, or subscribe to more on one`;
      return { limit: 'connections_per_address', retryAfterS: CONNECTIONS_RETRY_S, msg };
    }
    return undefined;
  }

  request(key: string | undefined, nowMs: number): Limited | undefined {
    if (key === undefined) return undefined;
    const waitMs = this.#requests.take(key, nowMs);
    if (waitMs === 0) return undefined;
    const msg = `your address made more than ${this.#limits.requestsPerSecond} requests a second. Subscribe on the stream at /v1/stream instead of asking again and again`;
    return { limit: 'requests_per_address', retryAfterS: seconds(waitMs), msg };
  }

  opened(key: string | undefined): void {
    if (key !== undefined) this.#connections.set(key, (this.#connections.get(key) ?? 0) + 1);
  }

  closed(key: string | undefined): void {
    if (key === undefined) return;
    const left = (this.#connections.get(key) ?? 0) - 1;
    if (left > 0) this.#connections.set(key, left);
    else this.#connections.delete(key);
  }

  /** Addresses that something is kept of. */
  get size(): number {
    return this.#handshakes.size + this.#requests.size + this.#connections.size;
  }
}

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));
