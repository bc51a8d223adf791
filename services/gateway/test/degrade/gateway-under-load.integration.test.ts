import { type MarketState, MarketStateError } from '@tapecast/market-state';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openStand, type Stand } from '../stand/stand.ts';
import { StreamClient } from '../stand/stream-client.ts';

let stand: Stand | undefined;
afterEach(async () => {
  await stand?.stop();
  stand = undefined;
});

/** Small, so that a loop that is kept busy for some 50 ms at a time is a load. */
const LIMITS = {
  ...{
    sweepMs: 20,
    loadLateMsMax: 15,
    loadWindowMs: 100,
    loadFull: 1,
    loadCpuShareMin: 0,
    // A loop that others keep from running is late and idle.
    loadBusyMin: 0.8,
    loadDataMin: 0,
    relapseMs: 1,
  },
  ...{ degradeAfterMs: 100, restoreAfterMs: 200, restoreBelow: 0.9 },
};

/** Keeps the event loop of this process, which is the gateway's too, busy nearly all the time. */
function busy(): NodeJS.Timeout {
  return setInterval(() => {
    const end = performance.now() + 60;
    while (performance.now() < end);
  }, 1);
}

const handshake = (port: number): Promise<{ status: number | undefined; retryAfterS: number }> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/stream`);
    socket.on('unexpected-response', (_, { statusCode, headers }) => {
      resolve({ status: statusCode, retryAfterS: Number(headers['retry-after']) });
      socket.terminate();
    });
    socket.on('open', () => {
      resolve({ status: 101, retryAfterS: 0 });
      socket.terminate();
    });
    socket.on('error', () => {});
  });

describe('a gateway under load', () => {
  test.each(['tapecast.v1.protobuf'])(
    'tells %s clients what waits, loses no trade, and takes nobody new',
    async (protocol) => {
      stand = await openStand({ config: { degradation: 'on', limits: LIMITS } });
      const { gateway, market } = stand;
      const change = async (n: number): Promise<void> => {
        market.trade('AAPL$US', 100 + n);
        market.depth('AAPL$US', [100 + n, n], []);
        await market.write();
      };
      await change(1);
      await market.checkpoint();
      const client = await StreamClient.open(gateway.port, protocol);
      await client.subscribe(1, ['AAPL$US'], ['trade', 'depth@5', 'depth@20']);
      await client.until(() => client.data('AAPL$US', 'depth@20').length === 1);
      const levels = (): number[] =>
        client.messages.filter(({ code }) => code === 'degraded').map(({ level }) => level as number);
      const load = busy();
      try {
        const intervals = (): number[] =>
          client.messages
            .filter(({ code }) => code === 'degraded')
            .map((told) => (told.interval_ms ?? told.intervalMs) as number);
        await client.until(() => intervals().at(-1) === 500, 20_000);
        expect([levels().slice(0, 4), intervals().slice(0, 4)]).toEqual([
          [1, 2, 2, 2],
          [0, 100, 250, 500],
        ]);
        for (let n = 2; n <= 6; n++) await change(n);
        const live = (channel: string): number[][] =>
          client.data('AAPL$US', channel).flatMap(({ range, history }) => (history || !range ? [] : [range]));
        await client.until(() => live('trade').length >= 5 && live('depth@5').at(-1)?.[1] === 6, 20_000);
        // None of the depth that waits, and each trade for itself.
        expect(client.data('AAPL$US', 'depth@20').length).toBe(1);
        expect(live('trade').slice(-5)).toEqual([2, 3, 4, 5, 6].map((n) => [n, n]));
        const refused = await handshake(gateway.port);
        expect(refused.status).toBe(503);
        expect(refused.retryAfterS).toBeGreaterThanOrEqual(3);
      } finally {
        clearInterval(load);
      }
      await client.until(() => levels().at(-1) === 0, 20_000);
      // All that waited, as one, from where the client was.
      await client.until(() => client.data('AAPL$US', 'depth@20').length === 2);
      expect(client.data('AAPL$US', 'depth@20')[1]?.range).toEqual([2, 6]);
      expect((await handshake(gateway.port)).status).toBe(101);
    },
  );

  test('does none of it where that is off', async () => {
    stand = await openStand({ config: { limits: LIMITS } });
    const load = busy();
    try {
      await expect
        .poll(async () => Number(/^tapecast_gateway_load (\S+)/m.exec(await stand!.metrics.metrics())?.[1]))
        .toBeGreaterThan(1);
      expect((await handshake(stand.gateway.port)).status).toBe(101);
      expect(await stand.metrics.metrics()).toContain('tapecast_gateway_degraded_level 0');
    } finally {
      clearInterval(load);
    }
  });
});

describe('a gateway whose store is gone', () => {
  test('says so, goes on with what it holds, keeps it, and lets nobody wait for the rest', async () => {
    let away = false;
    const failing = (state: MarketState): MarketState =>
      new Proxy(state, {
        get: (target, name: keyof MarketState) =>
          away && typeof target[name] === 'function' && name !== 'close'
            ? () => Promise.reject(new MarketStateError('unavailable', 'away'))
            : (target[name] as () => unknown).bind(target),
      });
    stand = await openStand({
      store: failing,
      config: {
        limits: {
          ...{ sweepMs: 20, cataloguePollMs: 20, releaseLingerMs: 100, pendingRetryMs: 50 },
          ...{ circuitFailuresMax: 2, circuitOpenMs: 20, circuitOpenMsMax: 50, storeGoneMs: 60 },
        },
      },
    });
    const { gateway, market } = stand;
    market.quote('AAPL$US', 15_025);
    market.kline('AAPL$US', 0, 15_000, true);
    market.kline('AAPL$US', 60_000, 15_025);
    market.quote('700$HK', 30_000);
    await market.write();
    await market.checkpoint();
    const client = await StreamClient.open(gateway.port);
    const klines = async (): Promise<Record<string, unknown>> =>
      (await (await fetch(`http://127.0.0.1:${gateway.port}/v1/klines?symbol=AAPL$US&interval=1m`)).json()) as Record<
        string,
        unknown
      >;
    await client.subscribe(1, ['AAPL$US'], ['quote']);
    await client.next(({ type }) => type === 'quote');
    expect(await klines()).not.toHaveProperty('partial');
    away = true;
    expect(await client.next(({ code }) => code === 'degraded')).toMatchObject({ level: 3, interval_ms: 0 });
    expect(await stand.metrics.metrics()).toMatch(/tapecast_circuit_state\{target="redis"\} [12]/);
    expect(await klines()).toMatchObject({ partial: true, seq: 2 });
    // Nobody holds it for longer than it would be kept, and it is there all the same.
    await client.ask({ action: 'unsubscribe', id: 2, symbols: ['AAPL$US'] });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await client.subscribe(3, ['AAPL$US', '700$HK'], ['quote'])).toMatchObject({
      results: [
        { symbol: 'AAPL$US', ok: true, seq: 1 },
        { symbol: '700$HK', ok: true, seq: 0 },
      ],
    });
    expect(await client.next(({ symbol, state }) => symbol === '700$HK' && state === 'pending')).toBeDefined();
    away = false;
    expect(await client.next(({ code, level }) => code === 'degraded' && level === 0)).toBeDefined();
    expect(await client.next(({ symbol, last }) => symbol === '700$HK' && last === 300)).toBeDefined();
  });
});
