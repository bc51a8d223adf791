import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ItickConnection } from '../../src/itick/connection.ts';
import { limits } from '../../src/limits.ts';
import { ItickClient } from './itick-client.ts';

/** A connection of the server, and the client at its other end. */
async function connected(autoPong: boolean): Promise<{ connection: ItickConnection; client: ItickClient }> {
  const server = createServer();
  const webSockets = new WebSocketServer({ noServer: true });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const accepted = new Promise<ItickConnection>((resolve) => {
    server.on('upgrade', (request, socket, head) =>
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        const options = { assetClass: 'stock', bufferedBytesMax: limits.bufferedBytesMax, thinClock: false } as const;
        resolve(new ItickConnection(webSocket, socket, options));
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new ItickClient(new WebSocket(`ws://127.0.0.1:${port}`, { autoPong }));
  onTestFinished(() => client.socket.terminate());
  return { connection: await accepted, client };
}

const TIMEOUT_MS = limits.itickPingTimeoutMs;

test('a connection lives for a minute after each JSON ping, and no longer', async () => {
  const { connection } = await connected(true);
  const now = Date.now();
  for (const atMs of [50_000, 100_000]) {
    connection.jsonPinged(now + atMs);
    expect(connection.lifeEnded(now + atMs + TIMEOUT_MS, TIMEOUT_MS)).toBeUndefined();
  }
  expect(connection.lifeEnded(now + 100_000 + TIMEOUT_MS + 1, TIMEOUT_MS)).toBe('no_json_ping');
});

test('a clock ping that stays unanswered for a minute ends it, whatever it asks for itself', async () => {
  const { connection, client } = await connected(false);
  connection.ping(1_381_152_600_000);
  await client.until(() => client.pings.length === 1);
  const later = Date.now() + limits.pongTimeoutMs + 1;
  connection.jsonPinged(later);
  expect(connection.lifeEnded(later, TIMEOUT_MS)).toBe('no_pong');
  connection.ponged('1381152600000');
  expect(connection.lifeEnded(later, TIMEOUT_MS)).toBeUndefined();
});

test('a client that asks for more in a stall than may wait is cut', async () => {
  const { connection, client } = await connected(true);
  connection.stall(Date.now() + 600_000);
  for (let n = 0; n <= limits.stalledRepliesMax; n++) connection.reply('{}');
  expect((await client.closed()).code).toBe(1006);
  expect(client.texts).toEqual([]);
});

test('nothing is sent behind half of a frame, in the same turn either', async () => {
  const { connection, client } = await connected(true);
  const errors: Error[] = [];
  client.socket.on('error', (error) => errors.push(error));
  connection.cork();
  connection.send('{"first":1}');
  connection.sendHalf('{"half":"of a frame"}');
  for (let n = 0; n < 20; n++) connection.send('{"behind":"it"}');
  connection.ping(1_381_152_600_000);
  connection.uncork();
  expect((await client.closed()).code).toBe(1006);
  expect(client.texts).toEqual(['{"first":1}']);
  expect(errors).toEqual([]);
});
