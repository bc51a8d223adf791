import { zstdDecompressSync } from 'node:zlib';
import { type ControlMessage, type DataMessage, FrameDecoder } from '@tapecast/wire';

/** What is looked at of a message, of whatever kind it is. */
interface Told {
  type: string;
  symbol?: string | undefined;
  channel?: string | undefined;
  range?: [number, number] | undefined;
}

/** A careful client: decodes every frame, and checks that the ranges of each channel follow each other without a hole. */
export class Follower {
  messages = 0;
  updates = 0;
  holes = 0;
  /** Milliseconds from the oldest data of each frame to its being read, since somebody asked for them. */
  latenciesMs: number[] | undefined;
  readonly #last = new Map<string, number>();
  readonly #decoder: FrameDecoder;
  readonly #subscribed: () => void;

  constructor(protocol: string, subscribed: () => void) {
    this.#decoder = new FrameDecoder({
      marked: protocol.endsWith('.zstd'),
      decompress: (bytes) => zstdDecompressSync(bytes),
      now: Date.now,
    });
    this.#subscribed = subscribed;
  }

  take(payload: Uint8Array, binary: boolean): void {
    if (binary) for (const message of this.#decode(payload)) this.#takeMessage(message);
    else this.#takeMessage(JSON.parse(Buffer.from(payload).toString()));
  }

  /** The number of the last update of a channel that it was told. */
  last(symbol: string, channel: string): number {
    return this.#last.get(`${symbol} ${channel}`) ?? 0;
  }

  #decode(payload: Uint8Array): (ControlMessage | DataMessage)[] {
    const { messages, skipped, baseless, receivedAtUs } = this.#decoder.decode(payload);
    if (receivedAtUs !== undefined)
      this.latenciesMs?.push(performance.timeOrigin + performance.now() - receivedAtUs / 1_000);
    if (skipped > 0) throw new Error(`${skipped} messages of instruments that were never named`);
    this.holes += baseless.length;
    return messages;
  }

  #takeMessage(message: Told): void {
    if (message.type === 'success') this.#subscribed();
    if (message.type === 'error') throw new Error(`refused: ${JSON.stringify(message)}`);
    if (message.range === undefined || message.symbol === undefined || message.channel === undefined) return;
    const key = `${message.symbol} ${message.channel}`;
    const [first, last] = message.range;
    const before = this.#last.get(key);
    this.#last.set(key, last);
    if (message.type === 'notice') {
      this.holes++;
      return;
    }
    this.messages++;
    this.updates += last - first + 1;
    // The first is the snapshot, whose number is where it stands.
    if (before !== undefined && first !== before + 1) this.holes++;
  }
}
