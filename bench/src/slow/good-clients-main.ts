import { FrameDecoder, type SubscribeMessage } from '@tapecast/wire';
import { answer } from '../fan-out/child.ts';
import { ReadingClient } from '../fan-out/reading-client.ts';
import { PROBE } from './probe.ts';

/** Handshakes under way at once. */
const AT_ONCE = 64;

export interface ConnectRequest {
  do: 'connect';
  port: number;
  lists: string[][];
  channels: string[];
  /** So many of them, spread over all, hold the probe too and decode everything. */
  probes: number;
}

/** Unix ms at which each record was due, by its number; the probe's trade in a record has that number as its size. */
let due: (record: number) => number = () => Number.NaN;
let latenciesMs: number[] = [];
let holes = 0;
const clients: ReadingClient[] = [];
const nowMs = (): number => performance.timeOrigin + performance.now();

function probe(client: ReadingClient): void {
  const decoder = new FrameDecoder({ marked: false, now: nowMs });
  const told = new Map<string, number>();
  const untilReady = client.reader.onFrame;
  let ready = false;
  void client.ready.then(() => {
    ready = true;
  });
  client.reader.onFrame = (payload, binary) => {
    if (!ready) untilReady?.(payload, binary);
    for (const message of decoder.decode(payload).messages) {
      if (!('priceDecimals' in message) || message.range === undefined) continue;
      const key = `${message.symbol} ${message.channel}`;
      const [first, last] = message.range;
      const before = told.get(key);
      if (before !== undefined && first !== before + 1) holes++;
      told.set(key, last);
      if (message.type === 'trade' && message.symbol === PROBE) latenciesMs.push(nowMs() - due(message.trade.size));
    }
  };
}

answer({
  connect: async ({ port, lists, channels, probes }: ConnectRequest) => {
    const every = Math.max(1, Math.floor(lists.length / probes));
    let next = 0;
    const one = async (): Promise<void> => {
      while (next < lists.length) {
        const at = next++;
        const probing = at % every === 0;
        const symbols = [...(lists[at] as string[]), ...(probing ? [PROBE] : [])];
        const subscribe: SubscribeMessage = { action: 'subscribe', id: 1, channels, symbols, intervalMs: 0 };
        const client = new ReadingClient({ host: '127.0.0.1', port, protocol: 'tapecast.v1.protobuf', subscribe });
        if (probing) probe(client);
        clients.push(client);
        await client.ready;
        if (!probing) client.countOnly();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  },
  schedule: ({ beginAtMs, everyMs, from }: { beginAtMs: number; everyMs: number; from: number }) => {
    due = (record) => beginAtMs + (record - from) * everyMs;
    latenciesMs = [];
  },
  /** Since the last `schedule`. */
  latencies: () => latenciesMs,
  state: () => ({
    holes,
    closed: clients.filter(({ closed }) => closed).length,
    frames: clients.reduce((sum, { reader }) => sum + reader.frames, 0),
    payloadBytes: clients.reduce((sum, { reader }) => sum + reader.payloadBytes, 0),
  }),
});
