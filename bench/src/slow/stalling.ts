import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { encodeJsonClientMessage, encodeProtobufClientMessage, type SubscribeMessage } from '@tapecast/wire';

export const STALLING_KINDS = ['never', 'trickle', 'pausing'] as const;

export interface StallingCounts {
  opened: number;
  closed: number;
  subscribed: number;
  bytes: number;
}

/** A process of clients that do not read, a third of each kind. See `stalling-clients.py`. */
export class StallingClients {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(process: ChildProcess) {
    this.#process = process;
    if (process.stdout === null) throw new Error('python3 was started without a stdout');
    this.#lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  }

  /** Resolves when all have begun to connect. */
  static async start(options: {
    port: number;
    pauseMs: number;
    lists: readonly (readonly string[])[];
    channels: readonly string[];
    protocol: string;
  }): Promise<StallingClients> {
    const script = resolve(import.meta.dirname, '../../src/slow/stalling-clients.py');
    const process = spawn('python3', [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    // Without it the bench can't be run: said in so many words, as ENOENT says nothing.
    process.once('error', (error) => {
      throw new Error(`python3 is needed for clients with small buffers: ${error.message}`);
    });
    const stalling = new StallingClients(process);
    const clients = options.lists.map((symbols, i) => ({
      kind: STALLING_KINDS[i % STALLING_KINDS.length],
      protocol: options.protocol,
      subscribe: hexOf(options.protocol, {
        action: 'subscribe',
        id: 1,
        symbols: [...symbols],
        channels: [...options.channels],
        intervalMs: 0,
      }),
    }));
    await stalling.#ask({ port: options.port, host: '127.0.0.1', pauseMs: options.pauseMs, clients });
    return stalling;
  }

  counts(): Promise<StallingCounts> {
    return this.#ask({});
  }

  async stop(): Promise<void> {
    this.#process.stdin?.end();
    await once(this.#process, 'exit');
  }

  async #ask(line: object): Promise<StallingCounts> {
    this.#process.stdin?.write(`${JSON.stringify(line)}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the clients that do not read have ended');
    return JSON.parse(value) as StallingCounts;
  }
}

const hexOf = (protocol: string, message: SubscribeMessage): string =>
  (protocol.endsWith('json')
    ? Buffer.from(encodeJsonClientMessage(message))
    : Buffer.from(encodeProtobufClientMessage(message))
  ).toString('hex');
