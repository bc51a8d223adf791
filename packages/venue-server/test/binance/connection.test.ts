import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { VenueConnection } from '../../src/binance/connection.ts';
import { VenueClient } from '../venue-client.ts';

const noEvents = { subscribed: () => {}, unsubscribed: () => {}, roomChanged: () => {}, closed: () => {} };

async function connected(autoPong: boolean): Promise<{ connection: VenueConnection; client: VenueClient }> {
  const server = createServer();
  const webSockets = new WebSocketServer({ noServer: true });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const accepted = new Promise<VenueConnection>((resolve) => {
    server.on('upgrade', (request, socket, head) =>
      webSockets.handleUpgrade(request, socket, head, (webSocket) =>
        resolve(new VenueConnection(webSocket, socket, { combined: true, thinClock: true }, noEvents)),
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = await VenueClient.connect(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, autoPong);
  return { connection: await accepted, client };
}

it('a ping that stays unanswered for a minute ends the connection', async () => {
  const { connection, client } = await connected(false);
  const now = Date.now();
  connection.ping(1, now);
  connection.ping(2, now + 59_000);
  await client.until(() => client.pings.length === 2);
  expect(connection.checkLife(now + 59_999)).toBe('alive');
  expect(connection.checkLife(now + 60_001)).toBe('ended');
  expect((await client.closed()).code).toBe(1006);
});

it('an answer to the last ping answers all before it', async () => {
  const { connection, client } = await connected(false);
  const now = Date.now();
  connection.ping(1, now);
  connection.ping(2, now);
  client.socket.pong('2');
  // A request behind the pong tells that the pong was read.
  await client.request({ method: 'LIST_SUBSCRIPTIONS', id: 1 });
  expect(connection.checkLife(now + 70_000)).toBe('ping_due');
});

it('without a clock a ping is due every 20 s', async () => {
  const { connection } = await connected(true);
  const now = Date.now();
  connection.ping(1, now);
  expect(connection.checkLife(now + 19_999)).toBe('alive');
  expect(connection.checkLife(now + 20_000)).toBe('ping_due');
});
