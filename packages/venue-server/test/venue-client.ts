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
  readonly socket: WebSocket;
  #changed: () => void = () => {};

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

  get frames(): string[] {
    return this.events.flatMap((event) => (event.kind === 'frame' ? [event.text] : []));
  }

  get pings(): number[] {
    return this.events.flatMap((event) => (event.kind === 'ping' ? [Number(event.payload)] : []));
  }

  /** Trade ids of the frames that are trades, combined or raw. */
  get tradeIds(): number[] {
    return this.frames.flatMap((text) => {
      const id = /"t":(\d+)/.exec(text)?.[1];
      return text.includes('"e":"trade"') && id !== undefined ? [Number(id)] : [];
    });
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
        const timer = setTimeout(resolve, leftMs);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #add(event: ClientEvent): void {
    this.events.push(event);
    this.#changed();
  }
}
