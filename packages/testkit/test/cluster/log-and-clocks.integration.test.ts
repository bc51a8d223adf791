import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clockShifts, type RunningCluster, startCluster } from '../../src/index.ts';

const HOUR_MS = 3_600_000;
const SYMBOL = 'TEST$XX';
/** Longer than a gateway waits for a clock (5 s), than any deadline of a request, and than compute's session. */
const AWAY_MS = 7_000;

interface Told {
  type: string;
  symbol?: string;
  state?: string;
  code?: string;
  range?: [number, number];
  timestamp?: number;
  start?: number;
  final?: boolean;
}

/** One client that stays, and all it was told; nothing of what it sees may be wrong at any time. */
class Client {
  readonly told: Told[] = [];
  readonly faults: string[] = [];
  lastTrade = 0;
  closed: number | undefined;
  readonly #socket: WebSocket;

  constructor(url: string) {
    this.#socket = new WebSocket(url);
    const channels = ['trade', 'quote', 'kline@1m'];
    this.#socket.onopen = () => this.#socket.send(JSON.stringify({ action: 'subscribe', channels, symbols: [SYMBOL] }));
    this.#socket.onclose = ({ code }) => {
      this.closed = code;
    };
    this.#socket.onmessage = ({ data }) => this.#take(JSON.parse(String(data)) as Told);
  }

  #take(message: Told): void {
    this.told.push(message);
    if (message.type === 'trade' && message.range !== undefined) {
      const [first, last] = message.range;
      if (this.lastTrade > 0 && first !== this.lastTrade + 1)
        this.faults.push(`trade ${first} after ${this.lastTrade}`);
      this.lastTrade = last;
    }
    if (message.type === 'notice' && message.code === 'hole') this.faults.push(JSON.stringify(message));
    const at = message.timestamp ?? message.start;
    if (at !== undefined && Math.abs(at - Date.now()) > HOUR_MS / 2)
      this.faults.push(`${message.type} of ${new Date(at)}`);
  }

  /** Of the instrument's state as told last. */
  get state(): string | undefined {
    return this.told.findLast(({ type, symbol }) => type === 'status' && symbol === SYMBOL)?.state;
  }

  close(): void {
    this.#socket.close();
  }
}

describe('a running cluster', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tapecast-clocks-'));
  const clocks = clockShifts(dir);
  let cluster: RunningCluster;
  let client: Client;

  beforeAll(async () => {
    // The launcher's processes inherit it.
    for (const [name, value] of Object.entries(clocks.env)) vi.stubEnv(name, value);
    try {
      cluster = await startCluster({ gateways: 1, compute: 1 });
    } finally {
      vi.unstubAllEnvs();
    }
    client = new Client(cluster.stream);
    await until('trades', () => client.lastTrade > 0);
  });
  afterAll(async () => {
    client?.close();
    await cluster?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const gatewayReady = async (): Promise<number> =>
    (await fetch(`http://${cluster.process('gateway').admin}/readyz`)).status;
  const trades = (count: number): Promise<void> => {
    const wanted = client.lastTrade + count;
    return until(`${count} more trades`, () => client.lastTrade >= wanted);
  };

  it('goes on where the clocks of processes jump an hour, each another way, and back', async () => {
    for (const byMs of [HOUR_MS, -HOUR_MS, 0]) {
      clocks.shift(cluster.process('ingest').pid, byMs);
      clocks.shift(cluster.process('gateway').pid, byMs);
      clocks.shift(cluster.process('compute').pid, -byMs);
      await trades(1);
    }
    // Long enough for a gateway that believed it to call everyone silent, and every clock stale.
    await trades(2);
    expect(client.closed).toBeUndefined();
    expect(client.faults).toEqual([]);
    expect(client.told.filter(({ type, state }) => type === 'status' && state === 'stale')).toEqual([]);
    expect(await gatewayReady()).toBe(200);
  });

  it('keeps its clients, and says stale, while all of Kafka is away; then everything resumes by itself', async () => {
    cluster.kill('kafka', 0, 'SIGSTOP');
    const awaySince = performance.now();
    await until('told stale', () => client.state === 'stale');
    const staleMs = Math.round(performance.now() - awaySince);
    while (performance.now() - awaySince < AWAY_MS) {
      expect(await gatewayReady()).toBe(200);
      expect(client.closed).toBeUndefined();
      await delay(250);
    }
    const last = client.lastTrade;
    cluster.kill('kafka', 0, 'SIGCONT');
    const backSince = performance.now();
    await until('live again', () => client.state === 'live' && client.lastTrade > last);
    const backMs = Math.round(performance.now() - backSince);
    // Those of the time between came too, each once.
    await trades(Math.floor(AWAY_MS / 1_000) + 2);
    console.info(`Kafka hung for ${AWAY_MS} ms: stale told after ${staleMs} ms, live ${backMs} ms after it was back`);
    expect(client.closed).toBeUndefined();
    expect(client.faults).toEqual([]);
  });
});

async function until(what: string, condition: () => boolean, deadlineMs = 30_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await delay(20);
  }
}
