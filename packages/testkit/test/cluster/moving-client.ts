import { RangeOracle } from '../../src/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: what a server sent is looked at field by field, and a wrong one fails the test.
type Wire = any;

/** Between two tries to connect. */
const AGAIN_MS = 250;

/** One connection of a moving client. */
interface Line {
  socket: WebSocket;
  ranges: RangeOracle;
  /** Number at which each pair was when it was subscribed; undefined until it was answered. */
  startedAt: Map<string, number> | undefined;
  letGo: boolean;
  /** What happened to it, each with its wall time, and data messages that it was told: for the message of a failure. */
  readonly story: string[];
  data: number;
}

/**
 * A client that does by the protocol's document what a `moving` notice asks: connects to the named place, subscribes there, goes on
 * reading here until both are at one number, and only then lets go. It keeps every trade that it was told, by any connection.
 */
export class MovingClient {
  readonly symbols: readonly string[];
  readonly channels: readonly string[];
  /** Of each (symbol, epoch): number and content of each trade. */
  readonly trades = new Map<string, Map<number, string>>();
  readonly faults: string[] = [];
  /** Wall times at which it was told to move, and at which it was served elsewhere. */
  readonly movedAt: number[] = [];
  readonly servedAt: number[] = [];
  readonly closes: number[] = [];
  /** Connections that could not be made: a gateway that gives clients away answers some handshakes with 503. */
  refused = 0;
  #lines = new Set<Line>();
  readonly #all: Line[] = [];
  #wake: (() => void)[] = [];
  #ending = false;

  constructor(symbols: readonly string[], channels: readonly string[]) {
    this.symbols = symbols;
    this.channels = channels;
  }

  /** Resolves when it is subscribed: at the first try, or a later one where the gateway took nobody. */
  async open(url: string): Promise<void> {
    this.#connect(url);
    await this.until(() => this.#served);
  }

  /** Connections that it has. */
  get lines(): number {
    return this.#lines.size;
  }

  async until(fits: () => boolean, ms = 20_000): Promise<void> {
    const deadline = Date.now() + ms;
    while (!fits()) {
      if (Date.now() > deadline)
        throw new Error(`not within ${ms} ms: ${fits.toString()}; ${this.faults.join('; ')}\n${this.story}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now() + 1);
        this.#wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** What is missing between the first and the last trade of each symbol, and what was told in two ways. */
  judge(): string[] {
    const missing: string[] = [];
    for (const [of, numbers] of this.trades) {
      const sorted = [...numbers.keys()].sort((a, b) => a - b);
      for (let at = 1; at < sorted.length; at++) {
        const [before, next] = [sorted[at - 1] as number, sorted[at] as number];
        if (next !== before + 1) missing.push(`${of}: trades ${before + 1} to ${next - 1} are missing`);
      }
    }
    return [...this.faults, ...missing];
  }

  /** What happened to each of its connections. */
  get story(): string {
    return this.#all.map(({ story, data }) => `[${story.join(', ')}; ${data} data]`).join(' ');
  }

  close(): void {
    this.#ending = true;
    for (const { socket } of this.#lines) socket.close(1000);
  }

  #connect(url: string): void {
    const socket = new WebSocket(url, ['tapecast.v1.json']);
    const line: Line = { socket, ranges: new RangeOracle(), startedAt: undefined, letGo: false, story: [], data: 0 };
    this.#lines.add(line);
    this.#all.push(line);
    note(line, `connects to ${url}`);
    let opened = false;
    socket.onopen = () => {
      opened = true;
      note(line, 'open');
      socket.send(
        JSON.stringify({ action: 'subscribe', id: 1, symbols: this.symbols, channels: this.channels, interval_ms: 0 }),
      );
    };
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data));
      if (message.range === undefined) note(line, `${message.type} ${message.code ?? ''}`);
      else line.data++;
      this.#message(line, message);
      this.#woken();
    };
    socket.onclose = ({ code, reason }) => {
      note(line, `closed with ${code} ${reason}`);
      // Some WebSockets tell of a close after a refusal, too.
      if (this.#lines.has(line)) this.#ended(line, url, code, opened);
    };
    // Of a handshake that was refused Node's WebSocket tells nothing else, and no close.
    socket.onerror = () => {
      if (opened) return;
      note(line, 'refused');
      this.#ended(line, url, undefined, opened);
    };
  }

  #ended(line: Line, url: string, code: number | undefined, opened: boolean): void {
    if (line.startedAt !== undefined && code !== undefined) this.closes.push(code);
    this.#lines.delete(line);
    if (!opened) this.refused++;
    // Not served there: again, while the older one goes on. Who was not let in has nothing yet that could be lost.
    if (line.startedAt === undefined && (this.#lines.size > 0 || !opened))
      setTimeout(() => {
        if (!this.#ending) this.#connect(url);
      }, AGAIN_MS);
    // A connection that ends before another one has taken over is what must not happen.
    if (opened && !this.#ending && !line.letGo && !this.#served)
      this.faults.push(`closed with ${code} before it was served elsewhere`);
    this.#woken();
  }

  get #served(): boolean {
    return [...this.#lines].some(({ startedAt }) => startedAt !== undefined);
  }

  #message(line: Line, message: Wire): void {
    if (message.type === 'success') this.#subscribed(line, message.results);
    else if (message.code === 'moving') {
      this.movedAt.push(Date.now());
      this.#connect(message.url);
    } else if (message.code === 'hole' || message.type === 'error') this.faults.push(JSON.stringify(message));
    else if (message.range !== undefined && message.channel !== undefined) this.#data(line, message);
  }

  #subscribed(line: Line, results: Wire[]): void {
    line.startedAt = new Map();
    for (const { symbol, channel, ok, epoch, seq } of results) {
      if (!ok) this.faults.push(`${symbol} ${channel} was refused`);
      line.startedAt.set(`${symbol} ${channel}`, seq);
      if (channel === 'trade') {
        line.ranges.startAt(symbol, channel, seq);
        if (!this.trades.has(`${symbol} ${epoch}`)) this.trades.set(`${symbol} ${epoch}`, new Map());
      }
    }
    if (this.#lines.size > 1) this.servedAt.push(Date.now());
    this.#letGoWhenCaughtUp();
  }

  #data(line: Line, message: Wire): void {
    const { symbol, channel, range, type } = message;
    if (type === 'l2_snapshot' || line.ranges.lastOf(symbol, channel) === undefined)
      line.ranges.startAt(symbol, channel, range[1]);
    else line.ranges.message(symbol, channel, range);
    for (const fault of line.ranges.faults.splice(0)) this.faults.push(JSON.stringify(fault));
    if (channel === 'trade') this.#trade(message);
    this.#letGoWhenCaughtUp();
  }

  #trade({ symbol, range, id, price, size, timestamp }: Wire): void {
    const content = JSON.stringify([id, price, size, timestamp]);
    const kept = [...this.trades].filter(([of]) => of.startsWith(`${symbol} `)).at(-1)?.[1];
    const before = kept?.get(range[0]);
    if (before !== undefined && before !== content) this.faults.push(`${symbol} ${range[0]}: ${before} and ${content}`);
    kept?.set(range[0], content);
  }

  /** An older connection is let go once the newer has no number of trades before it that is still to come here. */
  #letGoWhenCaughtUp(): void {
    const [older, newer] = [...this.#lines].filter(({ letGo }) => !letGo);
    if (older === undefined || newer?.startedAt === undefined) return;
    for (const [pair, seq] of newer.startedAt) {
      const [symbol = '', channel = ''] = pair.split(' ');
      if (channel === 'trade' && (older.ranges.lastOf(symbol, channel) ?? 0) < seq) return;
    }
    older.letGo = true;
    older.socket.close(1000);
  }

  #woken(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }
}

function note(line: Line, what: string): void {
  line.story.push(`${new Date().toISOString().slice(11, 23)} ${what.trim()}`);
}
