import { setTimeout as delay } from 'node:timers/promises';
import { decodeProtectedHeader } from 'jose';

interface Message {
  type: string;
  channel?: string;
  symbol?: string;
  seq?: number;
  range?: [number, number];
  history?: boolean;
  code?: string;
  msg?: string;
  action?: string;
  id?: number | null;
}

/** A plain JSON client that renews its token on the open connection, and keeps account of all that may not happen. */
export class RenewingClient {
  /** What was not as it must be: refusals, closes, holes in the numbers. */
  readonly faults: string[] = [];
  /** Names of the keys that its tokens were signed with. */
  readonly kids = new Set<string>();
  readonly tokens: string[] = [];
  renewals = 0;
  messages = 0;
  longestPauseMs = 0;
  slowestRenewalMs = 0;
  /** Number of the last trade, by the update sequence of the instrument. */
  lastTrade = 0;
  readonly #socket: WebSocket;
  readonly #getToken: () => Promise<string>;
  readonly #ending = new AbortController();
  #answered: ((message: Message) => void) | undefined;
  #seq = 0;
  #arrivedAt = 0;
  readonly #ranges = new Map<string, number>();

  private constructor(socket: WebSocket, getToken: () => Promise<string>) {
    this.#socket = socket;
    this.#getToken = getToken;
    socket.onmessage = ({ data }) => this.#took(JSON.parse(String(data)) as Message);
    socket.onclose = ({ code, reason }) => {
      if (!this.#ending.signal.aborted) this.faults.push(`closed with ${code} ${reason}`);
      // Nobody answers any more.
      this.#ending.abort();
      this.#answered?.({ type: 'closed', code: `${code}`, msg: reason });
    };
  }

  /** Connects with a first token and subscribes the trades and quotes of the instrument. */
  static async open(stream: string, symbol: string, getToken: () => Promise<string>): Promise<RenewingClient> {
    const token = await getToken();
    const socket = new WebSocket(`${stream}?token=${token}`);
    const client = new RenewingClient(socket, getToken);
    client.#noteToken(token);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error('the connection failed'));
    });
    const answer = await client.#ask({ action: 'subscribe', channels: ['trade', 'quote'], symbols: [symbol] });
    if (answer.type !== 'success') throw new Error(`subscribe: ${JSON.stringify(answer)}`);
    return client;
  }

  /** Renews after `firstMs`, and again and again until `stop`. */
  async renewEvery(ms: number, firstMs: number): Promise<void> {
    for (let waitMs = firstMs; ; waitMs = ms) {
      await delay(waitMs, undefined, { signal: this.#ending.signal }).catch(() => undefined);
      if (this.#ending.signal.aborted) return;
      const begunAt = performance.now();
      try {
        const token = await this.#getToken();
        const answer = await this.#ask({ action: 'auth', token });
        if (answer.type === 'success') this.renewals += 1;
        else if (answer.type !== 'closed') this.faults.push(`renewal refused: ${answer.code} ${answer.msg}`);
        this.#noteToken(token);
      } catch (error) {
        this.faults.push(`renewal failed: ${error instanceof Error ? error.message : String(error)}`);
      }
      this.slowestRenewalMs = Math.max(this.slowestRenewalMs, performance.now() - begunAt);
    }
  }

  stop(): void {
    this.#ending.abort();
    this.#socket.close();
  }

  #noteToken(token: string): void {
    this.tokens.push(token);
    this.kids.add(String(decodeProtectedHeader(token).kid));
  }

  /** Resolves with a message of type `closed` where the connection ended first. */
  #ask(message: object): Promise<Message> {
    if (this.#ending.signal.aborted) return Promise.resolve({ type: 'closed' });
    const answer = new Promise<Message>((resolve) => {
      this.#answered = resolve;
    });
    this.#socket.send(JSON.stringify({ id: 1, ...message }));
    return answer;
  }

  #took(message: Message): void {
    if (message.id === 1) {
      this.#answered?.(message);
      return;
    }
    if (message.type === 'error') this.faults.push(`error ${message.code}: ${message.msg}`);
    if (message.type === 'notice' && message.code !== 'auth_expiring') this.faults.push(`notice ${message.code}`);
    if (message.seq === undefined) return;
    this.messages += 1;
    if (message.seq !== this.#seq + 1) this.faults.push(`seq ${message.seq} after ${this.#seq}`);
    this.#seq = message.seq;
    if (message.range === undefined || message.history) return;
    const now = performance.now();
    if (this.#arrivedAt > 0) this.longestPauseMs = Math.max(this.longestPauseMs, now - this.#arrivedAt);
    this.#arrivedAt = now;
    const [first, last] = message.range;
    const before = this.#ranges.get(message.channel ?? '');
    if (before !== undefined && first !== before + 1) this.faults.push(`${message.channel} ${first} after ${before}`);
    this.#ranges.set(message.channel ?? '', last);
    if (message.channel === 'trade') this.lastTrade = last;
  }
}
