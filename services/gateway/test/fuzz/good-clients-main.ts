import { zstdDecompressSync } from 'node:zlib';
import { encodeJsonClientMessage, encodeProtobufClientMessage, FrameDecoder } from '@tapecast/wire';
import { WebSocket } from 'ws';
import { CHANNELS, PROTOCOLS, SYMBOLS } from './world.ts';

/** Clients that do all right, in a process of their own, and check each number that they are told. */

interface Told {
  type: string;
  id?: unknown;
  symbol?: string | undefined;
  channel?: string | undefined;
  range?: [number, number] | undefined;
  timestamp?: number;
  ok?: boolean;
}

const latenciesMs: number[] = [];
const faults: string[] = [];
let messages = 0;

class GoodClient {
  readonly subscribed: Promise<void>;
  readonly lasts = new Map<string, number>();
  readonly #decoder: FrameDecoder;

  constructor(port: number, protocol: string, intervalMs: number) {
    const marked = protocol.endsWith('.zstd');
    this.#decoder = new FrameDecoder({ marked, decompress: zstdDecompressSync, now: Date.now });
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/stream`, [protocol]);
    socket.binaryType = 'nodebuffer';
    const subscribe = { action: 'subscribe', id: 1, symbols: SYMBOLS, channels: CHANNELS, intervalMs } as const;
    const json = protocol.endsWith('json');
    this.subscribed = new Promise((resolve) => {
      socket.on('open', () =>
        socket.send(
          json
            ? encodeJsonClientMessage({ ...subscribe, symbols: [...SYMBOLS], channels: [...CHANNELS] })
            : encodeProtobufClientMessage({ ...subscribe, symbols: [...SYMBOLS], channels: [...CHANNELS] }),
        ),
      );
      socket.on('message', (data: Buffer, binary) => {
        for (const message of binary ? this.#decoded(data) : [JSON.parse(data.toString()) as Told]) {
          if (message.type === 'success') resolve();
          else this.#take(message, intervalMs);
        }
      });
    });
    socket.on('close', (code) => faults.push(`closed with ${code}`));
    socket.on('error', (error) => faults.push(String(error)));
  }

  #decoded(data: Buffer): Told[] {
    const { messages: decoded, baseless, skipped } = this.#decoder.decode(data);
    if (baseless.length + skipped > 0) faults.push(`${baseless.length} without base, ${skipped} skipped`);
    return decoded;
  }

  #take({ type, symbol, channel, range, timestamp }: Told, intervalMs: number): void {
    if (type === 'error' || type === 'notice') faults.push(`was told ${type}`);
    if (symbol === undefined || channel === undefined || range === undefined) return;
    messages++;
    const key = `${symbol} ${channel}`;
    const before = this.lasts.get(key);
    if (before !== undefined && range[0] !== before + 1) faults.push(`${key}: ${range[0]} after ${before}`);
    this.lasts.set(key, range[1]);
    // Of those that are told at once, the trade's time is when it was made.
    if (type === 'trade' && intervalMs === 0 && timestamp !== undefined) latenciesMs.push(Date.now() - timestamp);
  }
}

const [port, count] = process.argv.slice(2).map(Number) as [number, number];
const clients = Array.from(
  { length: count },
  (_, i) => new GoodClient(port, PROTOCOLS[i % PROTOCOLS.length] as string, i % 4 === 3 ? 100 : 0),
);
await Promise.all(clients.map(({ subscribed }) => subscribed));

/** A cut that did not change is not told: only sequences that are told whole are at their last number. */
const behind = (lasts: Record<string, number>): number =>
  clients.filter((client) =>
    Object.entries(lasts).some(([key, last]) => !key.includes('depth') && client.lasts.get(key) !== last),
  ).length;

process.on('message', ({ lasts = {}, keep = false }: { lasts?: Record<string, number>; keep?: boolean }) => {
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  if (!keep) latenciesMs.length = 0;
  process.send?.({
    behind: behind(lasts),
    messages,
    faults: faults.length,
    first: faults.slice(0, 3),
    p50Ms: sorted[sorted.length >> 1] ?? 0,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    latencies: sorted.length,
  });
});
process.once('disconnect', () => process.exit(0));
process.send?.('subscribed');
