import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type ItickVenue, type ItickVenueOptions, startItickVenue } from '../../src/index.ts';

const DEADLINE_MS = 20_000;

/** A venue that ends with the test. */
export async function startVenue(options: ItickVenueOptions): Promise<ItickVenue> {
  const venue = await startItickVenue(options);
  onTestFinished(() => venue.stop());
  return venue;
}

export interface ItickFrame {
  readonly code?: number;
  readonly msg?: string;
  readonly resAc?: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a frame holds is what the tests look at.
  readonly data?: any;
}

/** A client that keeps all that comes, in order, with no logic of its own. */
export class ItickClient {
  readonly texts: string[] = [];
  readonly pings: number[] = [];
  /** Texts and pings as they came: `ping 1381152600000`. */
  readonly events: string[] = [];
  readonly pongs: string[] = [];
  readonly socket: WebSocket;
  ended: { code: number; reason: string } | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    const note = (act: () => void) => {
      act();
      this.#wake?.();
    };
    socket.on('message', (data: Buffer) =>
      note(() => {
        this.texts.push(data.toString());
        this.events.push(data.toString());
      }),
    );
    socket.on('ping', (payload: Buffer) =>
      note(() => {
        this.pings.push(Number(payload.toString()));
        this.events.push(`ping ${payload.toString()}`);
      }),
    );
    socket.on('pong', (payload: Buffer) => note(() => this.pongs.push(payload.toString())));
    socket.on('close', (code, reason) =>
      note(() => {
        this.ended = { code, reason: reason.toString() };
      }),
    );
    socket.on('error', () => {});
  }

  /** Connected; nothing of the greeting was waited for. */
  static async connect(
    venue: ItickVenue,
    { path = '/stock', token = 'key' }: { path?: string; token?: string | undefined } = {},
  ): Promise<ItickClient> {
    const socket = new WebSocket(`${venue.wsUrl}${path}`, token === '' ? {} : { headers: { token } });
    const client = new ItickClient(socket);
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    return client;
  }

  /** Connected and authenticated, and subscribed when `params` are given. */
  static async ready(venue: ItickVenue, params = '', types = 'tick,depth', path = '/stock'): Promise<ItickClient> {
    const client = await ItickClient.connect(venue, { path });
    await client.until(() => client.frames().some(({ resAc, code }) => resAc === 'auth' && code === 1));
    if (params !== '') await client.subscribe(params, types);
    return client;
  }

  send(request: unknown): void {
    this.socket.send(typeof request === 'string' ? request : JSON.stringify(request));
  }

  /** Subscribes and gives the answer. */
  async subscribe(params: string, types = 'tick,depth'): Promise<ItickFrame> {
    const answers = () => this.frames().filter(({ resAc }) => resAc === 'subscribe');
    const before = answers().length;
    this.send({ ac: 'subscribe', params, types });
    await this.until(() => answers().length > before);
    return answers()[before]!;
  }

  /** All that is JSON. */
  frames(): ItickFrame[] {
    return this.texts.flatMap((text) => {
      try {
        return [JSON.parse(text) as ItickFrame];
      } catch {
        return [];
      }
    });
  }

  /** Market messages of a type. */
  market(type: string): ItickFrame['data'][] {
    return this.frames().flatMap(({ data }) => (data?.type === type ? [data] : []));
  }

  async closed(): Promise<{ code: number; reason: string }> {
    await this.until(() => this.ended !== undefined);
    return this.ended!;
  }

  async until(condition: () => boolean): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!condition()) {
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`not within ${DEADLINE_MS} ms; last: ${JSON.stringify(this.events.slice(-5))}`);
      const woken = Promise.withResolvers<void>();
      this.#wake = woken.resolve;
      const timeout = setTimeout(woken.resolve, leftMs);
      await woken.promise;
      clearTimeout(timeout);
    }
  }
}
