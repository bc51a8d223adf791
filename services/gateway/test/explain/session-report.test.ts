import { afterEach, beforeEach, expect, it } from 'vitest';
import WebSocket from 'ws';
import { JOURNAL_LIMITS } from '../../src/explain/limits.ts';
import { SessionJournal } from '../../src/explain/session-journal.ts';
import { sessionRoute } from '../../src/explain/session-route.ts';
import { FanoutStand } from '../stand/fanout-stand.ts';
import { openStand, type Stand } from '../stand/stand.ts';

let stand: Stand;
beforeEach(async () => {
  stand = await openStand();
});
afterEach(async () => {
  await stand.stop();
});

/** A client that keeps what it is told. */
async function connect(): Promise<{ socket: WebSocket; told: { type: string; [field: string]: unknown }[] }> {
  const socket = new WebSocket(`ws://127.0.0.1:${stand.gateway.port}/v1/stream`);
  const told: { type: string; [field: string]: unknown }[] = [];
  socket.on('message', (text: Buffer) => told.push(JSON.parse(text.toString())));
  await expect.poll(() => told.length).toBeGreaterThan(0);
  return { socket, told };
}

it('answers what became of a client, while it is open and afterwards', async () => {
  const { socket, told } = await connect();
  const id = told[0]!.session as string;
  socket.send(JSON.stringify({ action: 'subscribe', id: 1, channels: ['trade', 'nonsense'], symbols: ['AAPL$US'] }));
  await expect.poll(() => told.some(({ type }) => type === 'success')).toBe(true);
  socket.send('nonsense');
  await expect.poll(() => told.some(({ type }) => type === 'error')).toBe(true);

  const open = (await stand.gateway.session(id))!;
  expect(open.connection).toMatchObject({
    protocol: 'json',
    merged: false,
    subscriptions: [
      { symbol: 'AAPL$US', partition: stand.market.partition('AAPL$US'), channel: 'trade', interval_ms: 0 },
    ],
  });
  expect(open.events.map(({ event }) => event)).toEqual(
    expect.arrayContaining(['opened', 'subscribed', 'refused', 'error']),
  );

  socket.close();
  await expect.poll(async () => (await stand.gateway.session(id))?.connection).toBeUndefined();
  expect((await stand.gateway.session(id))!.events.at(-1)).toMatchObject({ event: 'gone' });
});

it('is asked over the admin port, and knows nobody else', async () => {
  const { socket, told } = await connect();
  const route = sessionRoute((id) => stand.gateway.session(id));
  const ask = (url: string) => route({ url } as Parameters<typeof route>[0]);
  expect((await ask(`/sessions/${told[0]!.session as string}`)).status).toBe(200);
  expect((await ask('/sessions/00000000-0000-0000-0000-000000000000')).status).toBe(404);
  expect((await ask('/sessions/%2e%2e')).status).toBe(400);
  expect((await ask(`/sessions/${'x'.repeat(300)}`)).status).toBe(400);
  socket.close();
});

it('tells what everybody who held the instrument was told, and nothing of other instruments', async () => {
  const { socket, told } = await connect();
  socket.send(JSON.stringify({ action: 'subscribe', id: 1, channels: ['trade'], symbols: ['AAPL$US'] }));
  await expect.poll(() => told.some(({ type }) => type === 'success')).toBe(true);
  const { market } = stand;
  market.trade('AAPL$US', 15_000);
  await market.write();
  await expect.poll(() => told.some(({ type }) => type === 'trade')).toBe(true);
  const { events, connection } = (await stand.gateway.session(told[0]!.session as string))!;
  expect(connection?.subscriptions[0]?.told).toBe(1);
  // It was pending until the first trade; then everybody was told that it is live.
  expect(events.filter(({ event }) => event === 'status').map(({ symbol, text }) => `${symbol} ${text}`)).toEqual([
    expect.stringMatching(/^AAPL\$US pending/),
    'AAPL$US live',
  ]);
  socket.close();
});

it('tells nothing of what others were told before it came', async () => {
  const first = await connect();
  first.socket.send(JSON.stringify({ action: 'subscribe', id: 1, channels: ['trade'], symbols: ['AAPL$US'] }));
  await expect.poll(() => first.told.some(({ type }) => type === 'success')).toBe(true);
  const { market } = stand;
  market.trade('AAPL$US', 15_000);
  await market.write();
  await expect.poll(() => first.told.some(({ type }) => type === 'trade')).toBe(true);
  const second = await connect();
  second.socket.send(JSON.stringify({ action: 'subscribe', id: 1, channels: ['trade'], symbols: ['AAPL$US'] }));
  await expect.poll(() => second.told.some(({ type }) => type === 'success')).toBe(true);
  const { events } = (await stand.gateway.session(second.told[0]!.session as string))!;
  expect(events.map(({ event }) => event)).toEqual(['opened', 'subscribed']);
  first.socket.close();
  second.socket.close();
});

it('names the number at which the client itself is, where that is not what others were told', async () => {
  const { market } = stand;
  market.trade('AAPL$US', 15_000);
  await market.write();
  const { socket, told } = await connect();
  const positions = [['AAPL$US', 'trade', market.epoch, 9]];
  socket.send(JSON.stringify({ action: 'resume', id: 1, positions }));
  await expect.poll(() => told.some(({ type }) => type === 'success')).toBe(true);
  const { connection } = (await stand.gateway.session(told[0]!.session as string))!;
  expect(connection?.subscriptions).toMatchObject([{ symbol: 'AAPL$US', epoch: market.epoch, told: 9 }]);
  socket.close();
});

it('tells which trades a client that did not read was told to be lost', () => {
  const fan = new FanoutStand();
  const journal = new SessionJournal(JOURNAL_LIMITS, () => fan.nowMs);
  const instrument = fan.instrument();
  const clients = (['json', 'protobuf'] as const).map((encoding) => fan.client(encoding));
  for (const client of clients) {
    client.journal = journal;
    fan.join(client, instrument, 'trade');
  }
  const away = clients.map((client) => fan.fanout.pause(client));
  for (let i = 1; i <= 20; i++) {
    instrument.trade(100 + i);
    fan.fanout.flush();
    fan.nowMs += 5_000;
    fan.toldTrades.sweep();
  }
  for (const [i, client] of clients.entries()) fan.fanout.resume(client, away[i]!);
  const holes = journal.of('s').entries.filter(({ event }) => event === 'hole');
  expect(holes).toMatchObject(clients.map(() => ({ symbol: instrument.symbol, channel: 'trade', first: 1 })));
  expect(holes[0]!.last).toBeGreaterThan(1);
});
