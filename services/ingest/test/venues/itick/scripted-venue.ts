import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export const TOKEN = 'secret-key-0123456789';

/** One client of the scripted venue. */
export interface Client {
  socket: WebSocket;
  path: string;
  token: string | undefined;
  /** What it asked for, as it came. */
  requests: Record<string, string>[];
  subscribed: Set<string>;
  authenticated: boolean;
  send(message: unknown): void;
}

/** What a test changes of the protocol. A function that returns true has done the answer itself. */
export interface Script {
  /** HTTP status instead of the upgrade. */
  refuse?: (request: IncomingMessage, clients: readonly Client[]) => number | undefined;
  onConnect?: (client: Client, clients: readonly Client[]) => boolean;
  onSubscribe?: (client: Client, symbols: string[], clients: readonly Client[]) => boolean;
  onPing?: (client: Client, params: string) => boolean;
}

/**
 * A venue written from the format page's rules, for what a test must hold in its own hands: it answers as documented unless
 * its script says otherwise, and sends what it is told to.
 */
export class ScriptedVenue {
  readonly clients: Client[] = [];
  readonly attempts: number[] = [];
  script: Script = {};
  readonly #http = createServer();
  readonly #server = new WebSocketServer({ noServer: true });

  static async start(script: Script = {}): Promise<ScriptedVenue> {
    const venue = new ScriptedVenue();
    venue.script = script;
    venue.#listen();
    await once(venue.#http.listen(0, '127.0.0.1'), 'listening');
    return venue;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get open(): Client[] {
    return this.clients.filter(({ socket }) => socket.readyState === socket.OPEN);
  }

  /** To every client that subscribed the instrument. */
  data(instrument: string, data: Record<string, unknown> | string): void {
    const text = typeof data === 'string' ? data : JSON.stringify({ code: 1, data });
    for (const { socket, subscribed } of this.open) if (subscribed.has(instrument)) socket.send(text);
  }

  stop(): void {
    for (const { socket } of this.clients) socket.terminate();
    this.#server.close();
    this.#http.closeAllConnections();
    this.#http.close();
  }

  #listen(): void {
    this.#http.on('upgrade', (request, socket, head) => {
      this.attempts.push(Date.now());
      const status = this.script.refuse?.(request, this.open);
      if (status !== undefined) {
        socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
        return;
      }
      this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#onConnection(webSocket, request));
    });
  }

  #onConnection(socket: WebSocket, request: IncomingMessage): void {
    const client: Client = {
      socket,
      path: request.url ?? '',
      token: request.headers.token as string | undefined,
      requests: [],
      subscribed: new Set(),
      authenticated: false,
      send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    };
    this.clients.push(client);
    socket.on('message', (data) => this.#onMessage(client, JSON.parse(String(data)) as Record<string, string>));
    socket.on('error', () => undefined);
    client.send({ code: 1, msg: 'Connected Successfully' });
    if (this.script.onConnect?.(client, this.open) === true) return;
    if (client.token === TOKEN) authenticate(client);
    else authFailed(client);
  }

  #onMessage(client: Client, request: Record<string, string>): void {
    client.requests.push(request);
    const { ac, params = '' } = request;
    if (ac === 'ping') {
      if (this.script.onPing?.(client, params) !== true) client.send({ resAc: 'pong', data: { params } });
      return;
    }
    if (ac !== 'subscribe') return;
    const symbols = params.split(',');
    if (!client.authenticated) {
      client.send({ code: 0, resAc: 'subscribe', msg: 'cannot be resolved action' });
    } else if (this.script.onSubscribe?.(client, symbols, this.open) !== true) {
      acceptSymbols(client, symbols);
    }
  }
}

export function authenticate(client: Client): void {
  client.authenticated = true;
  // An older page shows the key in the answer: the client must not log it.
  client.send({ code: 1, resAc: 'auth', msg: 'authenticated', data: { params: client.token } });
}

export function authFailed(client: Client): void {
  client.send({ code: 0, resAc: 'auth', msg: 'auth failed' });
  client.socket.close(1000);
}

export function acceptSymbols(client: Client, symbols: readonly string[]): void {
  for (const symbol of symbols) client.subscribed.add(symbol);
  client.send({ code: 1, resAc: 'subscribe', msg: 'subscribe Successfully' });
}

export const limitExceeded = (client: Client): void =>
  client.send({ code: 0, resAc: 'subscribe', msg: 'exceeding the maximum subscription limit' });

export const tick = (s: string, r: string, ld: number, v: number, t: number): Record<string, unknown> => ({
  s,
  r,
  ld,
  v,
  t,
  type: 'tick',
});
