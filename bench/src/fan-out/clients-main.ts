import { answer } from './child.ts';
import { ReadingClient } from './reading-client.ts';

/** Handshakes under way at once. */
const AT_ONCE = 64;

export interface ConnectRequest {
  do: 'connect';
  port: number;
  /** Addresses of the server that connections are spread over: one pair of addresses has some 28,000 ports. */
  hosts: string[];
  protocol: string | undefined;
  /** Symbols of each client; empty where the server is no gateway. */
  lists: string[][];
  channels: string[];
  intervalMs: number;
  /** Clients that go on decoding once they are subscribed: the first so many. */
  decoding?: number;
  /** Handshakes under way at once. */
  atOnce?: number;
}

/** Many clients in one process: they only count, but for a sample that decodes everything. */
const clients: ReadingClient[] = [];

let awake = false;
const spin = (): void => {
  if (awake) setImmediate(spin);
};

answer({
  /** While it is awake this process never waits for its sockets, so that no write has to wake it. */
  awake: (request: { awake: boolean }) => {
    if (awake === request.awake) return;
    ({ awake } = request);
    spin();
  },
  connect: async ({
    port,
    hosts,
    protocol,
    lists,
    channels,
    intervalMs,
    decoding,
    atOnce = AT_ONCE,
  }: ConnectRequest) => {
    let next = 0;
    const one = async (): Promise<void> => {
      while (next < lists.length) {
        const at = next++;
        const symbols = lists[at] as string[];
        const client = new ReadingClient({
          host: hosts[at % hosts.length] as string,
          port,
          protocol,
          subscribe: symbols.length === 0 ? undefined : { action: 'subscribe', id: 1, channels, symbols, intervalMs },
        });
        clients.push(client);
        await client.ready;
        if (at >= (decoding ?? lists.length)) client.countOnly();
      }
    };
    await Promise.all(Array.from({ length: atOnce }, one));
  },
  /** All but the first `sample` stop decoding. */
  sample: ({ sample }: { sample: number }) => {
    for (const client of clients.slice(sample)) client.countOnly();
  },
  /** From now on the decoding clients note how old each frame is. */
  watch: () => {
    for (const { follower } of clients) if (follower !== undefined) follower.latenciesMs = [];
  },
  latencies: () => {
    const all: number[] = [];
    for (const { follower } of clients) for (const one of follower?.latenciesMs ?? []) all.push(one);
    return all;
  },
  /** Frames of the client that got the fewest since the last such question. */
  fewest: () => {
    let fewest = Number.POSITIVE_INFINITY;
    for (const client of clients) {
      fewest = Math.min(fewest, client.reader.frames - client.framesBefore);
      client.framesBefore = client.reader.frames;
    }
    return fewest;
  },
  counts: () => {
    let frames = 0;
    let payloadBytes = 0;
    let closed = 0;
    for (const client of clients) {
      frames += client.reader.frames;
      payloadBytes += client.reader.payloadBytes;
      if (client.closed) closed++;
    }
    return { frames, payloadBytes, closed, clients: clients.length };
  },
  /** Holds what the decoding clients were told against the numbers that were written; all must be there. */
  verify: ({ lists, channels, lasts }: { lists: string[][]; channels: string[]; lasts: Record<string, number> }) => {
    const wrong: string[] = [];
    let decoding = 0;
    let updates = 0;
    let messages = 0;
    for (const [i, { follower }] of clients.entries()) {
      if (follower === undefined) continue;
      decoding++;
      updates += follower.updates;
      messages += follower.messages;
      if (follower.holes > 0) wrong.push(`client ${i} found ${follower.holes} holes`);
      for (const symbol of lists[i] ?? [])
        for (const channel of channels) {
          const last = follower.last(symbol, channel);
          if (last !== lasts[`${symbol} ${channel}`]) wrong.push(`client ${i} is at ${last} of ${symbol} ${channel}`);
        }
    }
    return { decoding, updates, messages, wrong: wrong.length, first: wrong.slice(0, 3) };
  },
});
