import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type BinanceVenue, type BinanceVenueOptions, startBinanceVenue } from '../src/index.ts';

const DEADLINE_MS = 10_000;

export type ClientEvent =
  | { readonly kind: 'frame'; readonly text: string }
  | { readonly kind: 'ping'; readonly payload: string }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string };

/** A venue that ends with the test. */
export async function startVenue(options: BinanceVenueOptions): Promise<BinanceVenue> {
  const venue = await startBinanceVenue(options);
  onTestFinished(() => venue.stop());
  return venue;
}

/** A WebSocket client that keeps all that comes, in order. */
export class VenueClient {
  readonly events: ClientEvent[] = [];
  readonly frames: string[] = [];
  readonly pings: number[] = [];
  /** Of the frames that are trades, combined or raw. */
  readonly tradeIds: number[] = [];
  readonly socket: WebSocket;
  readonly #waiting = new Set<() => void>();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => this.#add({ kind: 'frame', text: data.toString() }));
    socket.on('ping', (payload: Buffer) => this.#add({ kind: 'ping', payload: payload.toString() }));
    socket.on('close', (code, reason) => this.#add({ kind: 'close', code, reason: reason.toString() }));
  }

  static async connect(url: string, autoPong = true): Promise<VenueClient> {
    const socket = new WebSocket(url, { autoPong });
    const client = new VenueClient(socket);
    onTestFinished(() => socket.terminate());
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return client;
  }

  /** Sends a request and waits for the next frame that is an answer. */
  async request(request: unknown): Promise<unknown> {
    const from = this.events.length;
    this.socket.send(typeof request === 'string' ? request : JSON.stringify(request));
    const isAnswer = (event: ClientEvent) => event.kind === 'frame' && /^\{"(result|code)":/.test(event.text);
    await this.until(() => this.events.slice(from).some(isAnswer));
    const answer = this.events.slice(from).find(isAnswer) as { text: string };
    return JSON.parse(answer.text);
  }

  async closed(): Promise<{ code: number; reason: string }> {
    await this.until(() => this.events.at(-1)?.kind === 'close');
    return this.events.at(-1) as { code: number; reason: string };
  }

  async until(condition: () => boolean): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!condition()) {
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`not within ${DEADLINE_MS} ms; last: ${JSON.stringify(this.events.slice(-5))}`);
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, leftMs);
        this.#waiting.add(wake);
      });
    }
  }

  #add(event: ClientEvent): void {
    this.events.push(event);
    if (event.kind === 'ping') this.pings.push(Number(event.payload));
    if (event.kind === 'frame') {
      this.frames.push(event.text);
      const id = event.text.includes('"e":"trade"') ? /"t":(\d+)/.exec(event.text)?.[1] : undefined;
      if (id !== undefined) this.tradeIds.push(Number(id));
    }
    for (const wake of this.#waiting) wake();
  }
}
