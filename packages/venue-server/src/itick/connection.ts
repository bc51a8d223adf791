import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { limits } from '../limits.ts';
import { ClockPings } from '../play/clock-pings.ts';
import type { AssetClass } from './play-plan.ts';

/** One client: its subscriptions, whether it lives, and the bytes that wait for it. What it may do is `sockets.ts`'s. */
export class ItickConnection {
  readonly assetClass: AssetClass;
  readonly subscriptions = new Map<string, Set<string>>();
  /** Whose plan it counts in; undefined until its auth reply was sent. */
  plan: string | undefined;
  /** Over the plan's connections: it lives, but subscribes to nothing. */
  surplus = false;
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #bufferedBytesMax: number;
  readonly #clock: ClockPings;
  #lastClientPingMs = Date.now();
  #stalledUntilMs = 0;
  /** Half of a frame was sent: what came after it would be taken for the other half. */
  #cut = false;
  /** What was to be sent while nothing may be. */
  #held: (() => void)[] = [];

  constructor(
    webSocket: WebSocket,
    socket: Duplex,
    {
      assetClass,
      bufferedBytesMax,
      thinClock,
    }: { assetClass: AssetClass; bufferedBytesMax: number; thinClock: boolean },
  ) {
    this.#clock = new ClockPings(thinClock);
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.assetClass = assetClass;
    this.#bufferedBytesMax = bufferedBytesMax;
    // What a client sends against the protocol closes it with the code that ws chose; there is nothing to add.
    webSocket.on('error', () => {});
    webSocket.on('ping', (payload: Buffer) => this.#unlessStalled(() => this.#webSocket.pong(payload)));
  }

  /** Whether it has less waiting than a play at `max` allows. */
  get hasRoom(): boolean {
    return this.#webSocket.bufferedAmount <= limits.maxSpeedBufferedBytes && this.#clock.hasRoom;
  }

  get isOpen(): boolean {
    return !this.#cut && this.#webSocket.readyState === this.#webSocket.OPEN;
  }

  /** Many sends of one turn become one write. */
  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  /** A reply: waits for the end of a stall. Market messages are held back by the play itself. */
  reply(text: string): void {
    this.#unlessStalled(() => this.send(text));
  }

  send(text: string, binary = false): void {
    if (!this.isOpen) return;
    this.#webSocket.send(binary ? Buffer.from(text) : text, { binary });
    this.#cutIfSlow();
  }

  /** As two WebSocket fragments, cut in the middle of its text. */
  sendFragments(text: string): void {
    if (!this.isOpen) return;
    const half = text.length >> 1;
    this.#webSocket.send(text.slice(0, half), { fin: false });
    this.#webSocket.send(text.slice(half), { fin: true });
    this.#cutIfSlow();
  }

  /** Half of a frame's bytes, and nothing ever after. */
  sendHalf(text: string): void {
    if (!this.isOpen) return;
    this.#cut = true;
    const payload = Buffer.from(text);
    // RFC 6455, 5.2: final text frame, unmasked, with a length of 16 bits.
    const header = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 0xff]);
    this.#socket.write(Buffer.concat([header, payload.subarray(0, payload.length >> 1)]), () => this.terminate());
  }

  /** Tells the recorded time, unless the client is behind with its answers. */
  ping(timeMs: number): void {
    const payload = this.isOpen ? this.#clock.next(timeMs, Date.now()) : undefined;
    if (payload !== undefined) this.#webSocket.ping(payload);
  }

  ponged(payload: string): void {
    this.#clock.answered(payload, Date.now());
  }

  /** The client's JSON ping: its sign of life (1.6). */
  jsonPinged(nowMs: number): void {
    this.#lastClientPingMs = nowMs;
  }

  /** Why it is to be ended now; undefined while it lives. */
  lifeEnded(nowMs: number, pingTimeoutMs: number): 'no_json_ping' | 'no_pong' | undefined {
    if (nowMs - this.#lastClientPingMs > pingTimeoutMs) return 'no_json_ping';
    const { unansweredSinceMs } = this.#clock;
    if (unansweredSinceMs !== undefined && nowMs - unansweredSinceMs > limits.pongTimeoutMs) return 'no_pong';
    return undefined;
  }

  stall(untilMs: number): void {
    this.#stalledUntilMs = Math.max(this.#stalledUntilMs, untilMs);
  }

  /** The stall is over, if nobody made it longer: what waited goes out, in order. */
  proceed(): void {
    if (Date.now() < this.#stalledUntilMs) return;
    for (const send of this.#held.splice(0)) if (this.isOpen) send();
  }

  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }

  /** Cuts it without a close frame. */
  terminate(): void {
    this.#webSocket.terminate();
  }

  #unlessStalled(send: () => void): void {
    if (Date.now() < this.#stalledUntilMs) {
      this.#held.push(send);
      if (this.#held.length > limits.stalledRepliesMax) this.terminate();
    } else if (this.isOpen) {
      send();
    }
  }

  /** "iTick terminates the connection" (1.7). */
  #cutIfSlow(): void {
    if (this.#webSocket.bufferedAmount > this.#bufferedBytesMax) this.terminate();
  }
}
