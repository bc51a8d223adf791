import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { DrainPlan } from '../../src/drain/drain.ts';
import { drainRoute } from '../../src/drain/drain-route.ts';
import { openStand, type Stand } from '../stand/stand.ts';
import { StreamClient } from '../stand/stream-client.ts';

let stand: Stand | undefined;
afterEach(async () => {
  await stand?.stop();
  stand = undefined;
});

/** HTTP status of a refused handshake, and when to come again. */
const refused = (port: number): Promise<{ status: number | undefined; retryAfter: string | undefined } | string> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/stream`);
    socket.on('unexpected-response', (_, response) => {
      resolve({ status: response.statusCode, retryAfter: response.headers['retry-after'] });
      socket.terminate();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });

describe('a gateway that is being emptied', () => {
  test('tells each client where to go, lets those be who go, and closes those who stay', async () => {
    stand = await openStand({
      config: { publicUrl: 'wss://edge.example/v1/stream', limits: { departureSlotMs: 5, moveAfterMs: 150 } },
    });
    const { gateway } = stand;
    const goes = await StreamClient.open(gateway.port, 'tapecast.v1.protobuf');
    const stays = await StreamClient.open(gateway.port);
    const drained = gateway.drain({ perSecond: 1_000, deadlineMs: 5_000 });
    expect(gateway.ready()).toMatchObject({ ready: false, reason: expect.stringContaining('draining') });
    expect(await refused(gateway.port)).toBe('ECONNREFUSED');
    expect(await goes.next(({ type }) => type === 'notice')).toMatchObject({
      code: 'moving',
      url: 'wss://edge.example/v1/stream',
      afterMs: 150,
    });
    goes.close();
    expect(await stays.next(({ type }) => type === 'notice')).toMatchObject({ code: 'moving', after_ms: 150 });
    expect(await stays.closed()).toBe(4200);
    await drained;
    const metrics = await stand.metrics.metrics();
    expect(metrics).toContain('tapecast_gateway_moves_told_total{reason="drain"} 2');
    expect(metrics).toContain('tapecast_gateway_moves_ended_total{reason="drain",how="closed"} 1');
  });

  test('goes on telling what happens until its clients have left', async () => {
    stand = await openStand({ config: { limits: { departureSlotMs: 5, moveAfterMs: 2_000 } } });
    const { gateway, market } = stand;
    const client = await StreamClient.open(gateway.port);
    await client.subscribe(1, ['AAPL$US'], ['trade']);
    const drained = gateway.drain({ perSecond: 1_000, deadlineMs: 5_000 });
    await client.next(({ code }) => code === 'moving');
    market.trade('AAPL$US', 1);
    await market.write();
    expect(await client.next(({ type }) => type === 'trade')).toMatchObject({ symbol: 'AAPL$US' });
    client.close();
    await drained;
  });

  test('is empty at its deadline, whoever is left', async () => {
    stand = await openStand({ config: { limits: { departureSlotMs: 5 } } });
    const { gateway } = stand;
    const clients = await Promise.all(Array.from({ length: 5 }, () => StreamClient.open(gateway.port)));
    await gateway.drain({ perSecond: 20, deadlineMs: 100 });
    // Whoever was told was promised no more time than there was.
    const promised = clients.flatMap(({ messages }) => messages.flatMap(({ after_ms }) => after_ms ?? []));
    expect(promised.length).toBeGreaterThan(0);
    for (const afterMs of promised) expect(afterMs).toBeLessThanOrEqual(100);
    expect(await Promise.all(clients.map((client) => client.closed()))).toEqual([4200, 4200, 4200, 4200, 4200]);
  });

  test('stops by the same way, where its configuration says so', async () => {
    stand = await openStand({
      config: {
        drainMs: 5_000,
        drainPerSecond: 1_000,
        limits: { departureSlotMs: 5, moveAfterMs: 50, closeFramesMs: 250 },
      },
    });
    const client = await StreamClient.open(stand.gateway.port);
    const stopped = stand.gateway.stop();
    expect(await client.next(({ code }) => code === 'moving')).toMatchObject({ after_ms: 50 });
    expect(await client.closed()).toBe(4200);
    await stopped;
  });
});

describe('POST /drain', () => {
  const ask = (query: string): { plans: Partial<DrainPlan>[]; status: number } => {
    const plans: Partial<DrainPlan>[] = [];
    const route = drainRoute(
      async (plan) => void plans.push(plan),
      () => {},
      () => {},
    );
    const { status } = route({ url: `/drain${query}` } as Parameters<typeof route>[0]);
    return { plans, status };
  };

  test('takes a rate and a deadline, and nothing that is none', () => {
    expect(ask('')).toEqual({ plans: [{}], status: 202 });
    expect(ask('?per_second=20&ms=0')).toEqual({ plans: [{ perSecond: 20, deadlineMs: 0 }], status: 202 });
    for (const bad of ['?per_second=0', '?per_second=-1', '?ms=1e9', '?ms=', '?per_second=100001', '?ms=99999999999'])
      expect(ask(bad)).toEqual({ plans: [], status: 400 });
  });
});
