import { scaled } from '@tapecast/testkit';
import WebSocket from 'ws';
import type { Random } from '../random.ts';
import { bookText, digest, PRICE } from '../verify/canonical.ts';
import { type ClientRecord, emptyRecord, streamOf } from './client-record.ts';
import type { FleetClient, Holding } from './fleet.ts';
import { barDigest, quoteDigest, type ToldBar } from './told.ts';

/** Documented: a random time from 0 to this after a connection that was good; it doubles with each failure. */
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 8_000;
/** ms a handshake may take: a proxy before a part that hangs may keep it for long. */
const HELLO_MS = 5_000;
/** Documented: nothing for three heartbeats is death. */
const HEARTBEATS = 3;

export interface RawClientOptions {
  readonly random: Random;
  /** Stays away from its socket for so long, from time to time. */
  readonly pausesMs?: readonly [min: number, max: number];
  /** Cuts its connection after so long and comes back. */
  readonly staysMs?: readonly [min: number, max: number];
}

type Message = Readonly<Record<string, unknown>>;

/** A position in one stream, as the protocol document tells a client to keep it. */
interface Position {
  readonly symbol: string;
  readonly channel: string;
  epoch: string;
  seq: number;
  /** A state is due: what comes before it has nothing to belong to. */
  awaitsState: boolean;
  bids: Map<bigint, bigint>;
  asks: Map<bigint, bigint>;
}

/** JSON by hand, from docs/protocol.md alone: shares no code with the gateway or the TypeScript client. */
export class RawClient implements FleetClient {
  readonly record: ClientRecord;
  readonly #url: string;
  readonly #holding: Holding;
  readonly #options: RawClientOptions;
  readonly #positions = new Map<string, Position>();
  readonly #begun = Promise.withResolvers<void>();
  #socket: WebSocket | undefined;
  #token: string | undefined;
  #seq = 0;
  #failures = 0;
  #closed = false;
  #timers: NodeJS.Timeout[] = [];
  #silence: NodeJS.Timeout | undefined;
  #silentAfterMs = HELLO_MS;

  constructor(name: string, url: string, holding: Holding, options: RawClientOptions) {
    this.record = emptyRecord(name, holding.intervalMs);
    this.#url = `${url}?numbers=string`;
    this.#holding = holding;
    this.#options = options;
  }

  start(): Promise<void> {
    this.#connect();
    return this.#begun.promise;
  }

  close(): void {
    this.#closed = true;
    this.#clearTimers();
    this.#socket?.terminate();
  }

  #connect(): void {
    if (this.#closed) return;
    const socket = new WebSocket(this.#url, 'tapecast.v1.json');
    this.#socket = socket;
    this.#seq = 0;
    this.#silentAfterMs = HELLO_MS;
    this.#heard(socket);
    socket.on('message', (bytes: Buffer) => {
      if (socket !== this.#socket) return;
      this.#heard(socket);
      try {
        this.#message(JSON.parse(bytes.toString()) as Message);
      } catch (error) {
        this.record.faults.push(`${String(error)} in ${bytes.toString().slice(0, 200)}`);
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', (code: number) => this.#lost(socket, code));
  }

  /** Nothing for three heartbeats, or no hello: the connection is dead whatever the socket says. */
  #heard(socket: WebSocket): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => socket.terminate(), this.#silentAfterMs);
  }

  #lost(socket: WebSocket, code: number): void {
    if (socket !== this.#socket || this.#closed) return;
    this.#clearTimers();
    this.record.cuts++;
    if (code >= 4_000 && code < 4_100) this.record.faults.push(`closed with ${code}: do not come back`);
    const bound = Math.min(RETRY_MS * 2 ** this.#failures++, RETRY_MS_MAX);
    this.#later(this.#options.random.next() * bound, () => this.#connect());
  }

  #later(ms: number, run: () => void): void {
    this.#timers.push(setTimeout(run, ms));
  }

  #clearTimers(): void {
    clearTimeout(this.#silence);
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
  }

  #message(message: Message): void {
    switch (message.type) {
      case 'hello':
        this.#greeted(message);
        return;
      case 'success':
        this.#answered(message);
        return;
      case 'error':
        this.#refused(message);
        return;
      case 'notice':
        if (message.code === 'hole') this.#hole(message);
        return;
      case 'status':
        this.#named(message);
        return;
      case 'trade':
      case 'quote':
      case 'kline':
      case 'l2_snapshot':
      case 'l2_update':
        this.#data(message);
        return;
    }
  }

  #greeted({ resume_token: token, heartbeat_ms: heartbeatMs }: Message): void {
    this.#silentAfterMs = Number(heartbeatMs) * HEARTBEATS;
    const offered = typeof token === 'string' ? token : undefined;
    if (offered !== undefined && this.#positions.size > 0) this.#resume(this.#token);
    else this.#subscribe();
    if (this.#token === undefined || this.#positions.size === 0) this.#token = offered;
    this.#plan();
  }

  #subscribe(): void {
    const { symbols, channels, intervalMs } = this.#holding;
    this.#send({ action: 'subscribe', id: 'subscribe', symbols, channels, interval_ms: intervalMs });
  }

  #resume(token: string | undefined): void {
    const positions = [...this.#positions.values()].map(({ symbol, channel, epoch, seq }) => [
      symbol,
      channel,
      epoch,
      seq,
      this.#holding.intervalMs,
    ]);
    this.#send({ action: 'resume', id: 'resume', ...(token === undefined ? {} : { token }), positions });
  }

  /** What this kind of client does to its connection while it has one. */
  #plan(): void {
    const { random, pausesMs, staysMs } = this.#options;
    const socket = this.#socket!;
    if (staysMs !== undefined) this.#later(random.int(...staysMs), () => socket.terminate());
    if (pausesMs === undefined) return;
    const pause = (): void => {
      socket.pause();
      this.#later(random.int(...pausesMs), () => {
        socket.resume();
        this.#later(random.int(3_000, 8_000), pause);
      });
    };
    this.#later(random.int(3_000, 8_000), pause);
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #answered({ action, results, resume_token: token }: Message): void {
    this.#failures = 0;
    if (typeof token === 'string') this.#token = token;
    for (const result of (results ?? []) as Message[]) this.#granted(String(action), result);
    this.#begun.resolve();
  }

  #granted(action: string, result: Message): void {
    const { symbol, channel, ok, epoch, seq, outcome, code } = result as Record<string, never>;
    const what = ok === true ? (outcome ?? `${action}d`) : 'refused';
    this.record.outcomes[what] = (this.record.outcomes[what] ?? 0) + 1;
    if (ok !== true) {
      this.record.faults.push(`${symbol} ${channel} refused: ${String(code)}`);
      return;
    }
    const stream = streamOf(this.record, symbol!, channel!);
    const known = this.#positions.get(`${symbol} ${channel}`);
    if (action === 'resync') return;
    if (known === undefined) stream.begunAt = seq;
    // A subscription begins at the newest trade, whatever the client had: what lies between is gone for it.
    else if (channel === 'trade' && known.epoch !== epoch) this.#gap(known, 'epoch', undefined);
    else if (channel === 'trade' && seq! > known.seq) this.#gap(known, 'reconnect', [known.seq + 1, seq!]);
    const awaitsState = channel !== 'trade' && seq! > 0;
    const position: Position = {
      symbol: symbol!,
      channel: channel!,
      epoch: epoch!,
      seq: seq!,
      awaitsState,
      bids: new Map(),
      asks: new Map(),
    };
    this.#positions.set(`${symbol} ${channel}`, position);
  }

  #refused({ action, code, temporary, retry_after_ms: afterMs }: Message): void {
    this.record.outcomes[`error ${String(code)}`] = (this.record.outcomes[`error ${String(code)}`] ?? 0) + 1;
    const again = action === 'resume' && temporary !== true ? () => this.#subscribe() : () => this.#ask(action);
    this.#later(temporary === true ? Number(afterMs ?? 1_000) : 0, again);
  }

  #ask(action: unknown): void {
    if (action === 'resume') this.#resume(this.#token);
    else if (action === 'subscribe') this.#subscribe();
  }

  /** Where the answer named no epoch, a status does before the first number. */
  #named({ symbol, epoch }: Message): void {
    if (typeof epoch !== 'string') return;
    for (const position of this.#positions.values())
      if (position.symbol === symbol && position.epoch === '') position.epoch = epoch;
  }

  #hole({ symbol, channel, range, epoch }: Message): void {
    for (const position of this.#positions.values()) {
      if (position.symbol !== symbol || (channel !== undefined && channel !== position.channel)) continue;
      if (epoch !== undefined && epoch !== position.epoch) {
        position.epoch = String(epoch);
        position.seq = 0;
        position.awaitsState = position.channel !== 'trade';
        this.#gap(position, 'epoch', undefined);
        continue;
      }
      const [first, last] = (range ?? [0, 0]) as [number, number];
      this.#gap(position, 'announced', range === undefined ? undefined : [first, last]);
      if (first <= position.seq + 1 && last > position.seq) position.seq = last;
    }
  }

  #gap({ symbol, channel }: Position, reason: string, lost: [number, number] | undefined): void {
    streamOf(this.record, symbol, channel).gaps.push({ reason, lost, atMs: Date.now() });
  }

  #data(message: Message): void {
    const { symbol, channel, seq, range, history } = message as Record<string, never>;
    const position = this.#positions.get(`${symbol} ${channel}`);
    if (position === undefined) return;
    // The connection's own count: the simplest client sees by it that it missed nothing.
    if (seq !== this.#seq + 1) this.#gap(position, 'seq', undefined);
    this.#seq = Number(seq);
    if (history === true || range === undefined) return;
    const [first, last] = range as unknown as [number, number];
    const isWhole = message.type === 'quote' || message.type === 'kline' || message.type === 'l2_snapshot';
    if (position.awaitsState) {
      if (!isWhole) return;
      position.awaitsState = false;
    } else if (last <= position.seq && message.type !== 'l2_snapshot') return;
    else if (first > position.seq + 1 && !(message.type === 'l2_snapshot')) {
      this.#gap(position, 'range', [position.seq + 1, first - 1]);
      if (message.type === 'l2_update') this.#resync(position);
    }
    position.seq = last;
    this.#note(position, message, last);
  }

  #resync(position: Position): void {
    position.awaitsState = true;
    this.#send({ action: 'resync', id: 'resync', symbols: [position.symbol], channels: [position.channel] });
  }

  #note(position: Position, message: Message, last: number): void {
    const stream = streamOf(this.record, position.symbol, position.channel);
    const data = message as Record<string, never>;
    switch (message.type) {
      case 'trade': {
        const atMs = Date.now();
        this.record.lastTradeAt.set(position.symbol, atMs);
        const { id = '', price, size, timestamp } = data;
        stream.trades.push({
          number: last,
          id: String(id),
          price: scaled(price!, PRICE),
          size: scaled(size!, PRICE),
          timeMs: timestamp!,
          atMs,
        });
        return;
      }
      case 'quote': {
        const { last: lastPrice, open, high, low, volume, turnover, vwap, bid, ask, change } = data;
        const day = { last: lastPrice, open, high, low, volume, turnover, vwap, bid, ask, change };
        const named = {
          prevClose: data.prev_close,
          changePct: data.change_pct,
          bidSize: data.bid_size,
          askSize: data.ask_size,
          sinceMs: data.since,
        };
        stream.states.push(last, quoteDigest({ ...day, ...named }), Date.now());
        return;
      }
      case 'kline':
        stream.states.push(last, barDigest(message as unknown as ToldBar), Date.now());
        return;
      default:
        applyLevels(position, message);
        stream.states.push(last, bookDigest(position), Date.now());
    }
  }
}

/** By value: the decimals of an instrument may rise, and with them the spelling. */
function applyLevels(position: Position, message: Message): void {
  for (const side of ['bids', 'asks'] as const) {
    if (message.type === 'l2_snapshot') position[side] = new Map();
    for (const [priceText, sizeText] of message[side] as [string, string][]) {
      const [price, size] = [scaled(priceText, PRICE), scaled(sizeText, PRICE)];
      if (size === 0n) position[side].delete(price);
      else position[side].set(price, size);
    }
  }
}

function bookDigest({ bids, asks }: Position): number {
  const best = [...bids].sort(([a], [b]) => (a < b ? 1 : -1));
  return digest(
    bookText(
      best,
      [...asks].sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  );
}
