import { TapecastClient } from '@tapecast/client';
import { openMemoryFleet } from '@tapecast/market-state';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openStand, type Stand } from '../stand/stand.ts';

const stands: Stand[] = [];
const clients: TapecastClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const stand of stands.splice(0).reverse()) await stand.stop();
});

test('a gateway that says its cost to others sends half of what it has too much, to where they are', async () => {
  const fleet = openMemoryFleet();
  const limits = {
    ...{ fleetAnnounceMs: 20, fleetTtlMs: 2_000, balanceRoundMs: 100, balanceCostMin: 4, balancePerSecond: 200 },
    ...{ departureSlotMs: 10, moveAfterMs: 100, balanceTurnAwayMs: 5_000 },
  };
  const to = await openStand({ fleet, config: { limits } });
  stands.push(to);
  const url = `ws://127.0.0.1:${to.gateway.port}/v1/stream`;
  const from = await openStand({ fleet, beside: to, config: { limits, publicUrl: url } });
  stands.push(from);
  const crowd = Array.from({ length: 40 }, () => {
    const client = new TapecastClient({
      url: `ws://127.0.0.1:${from.gateway.port}/v1/stream`,
      webSocket: WebSocket,
    });
    clients.push(client);
    client.connect();
    return client;
  });
  await Promise.all(crowd.map((client) => client.subscribe(['AAPL$US'], ['quote'])));
  const connections = async ({ metrics }: Stand): Promise<number> =>
    Number(/^tapecast_gateway_connections (\d+)/m.exec(await metrics.metrics())?.[1]);
  await expect.poll(() => connections(to), { timeout: 20_000 }).toBeGreaterThanOrEqual(15);
  await expect.poll(async () => (await connections(to)) + (await connections(from)), { timeout: 20_000 }).toBe(40);
  // It comes to rest before the other one has more.
  expect(await connections(from)).toBeGreaterThanOrEqual(15);
  expect(await from.metrics.metrics()).toContain('tapecast_gateway_fleet_members 2');
}, 40_000);
