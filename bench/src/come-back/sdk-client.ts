import { TapecastClient, type WebSocketConstructor } from '@tapecast/client';
import { WebSocket } from 'ws';
import { Returning, type ReturningOptions, wallMs } from './returning.ts';

/** The TypeScript client, as a program in Node has it. */
export class SdkClient extends Returning {
  readonly #client: TapecastClient;

  constructor(options: ReturningOptions) {
    super(options);
    const { from } = options;
    class FromAddress extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { localAddress: from, perMessageDeflate: false });
      }
    }
    this.#client = new TapecastClient({
      url: `ws://${options.address}/v1/stream`,
      protocol: options.protocol,
      webSocket: FromAddress as unknown as WebSocketConstructor, // `ws` types its handlers in its own way.
    });
    this.#client.on('trade', ({ symbol, number, id, history }) => {
      if (!history && number !== undefined) this.trades.take(symbol, number, id ?? '');
    });
    this.#client.on('gap', ({ reason, channel }) => this.noteHole(reason, channel));
    this.#client.on('state', ({ state, retryInMs = 0 }) => {
      if (state === 'reconnecting') {
        this.noteClosed();
        this.trail.tried = wallMs() + retryInMs;
        this.trail.tries++;
      } else if (state === 'open') this.trail.greeted = wallMs();
    });
    this.#client.on('resumed', ({ continued, anew }) => {
      this.trail.answered = wallMs();
      // It tells nothing of states that are as they were.
      this.noteServed();
      for (let i = 0; i < continued; i++) this.noteOutcome('resumed');
      for (let i = 0; i < anew; i++) this.noteOutcome('keyframe');
    });
  }

  async begin(): Promise<void> {
    this.#client.connect();
    await this.#subscribe(this.options.symbols);
  }

  add(symbol: string): Promise<void> {
    return this.#subscribe([symbol]);
  }

  close(): void {
    this.#client.close();
  }

  async #subscribe(symbols: readonly string[]): Promise<void> {
    const results = await this.#client.subscribe([...symbols], ['trade', 'quote'], {
      intervalMs: this.options.intervalMs,
    });
    for (const result of results) {
      if (!result.ok) throw new Error(`refused: ${JSON.stringify(result)}`);
      if (result.channel === 'trade') this.trades.begin(result.symbol, result.seq ?? 0);
    }
  }
}
