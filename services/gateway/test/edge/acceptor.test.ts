import uWS from 'uWebSockets.js';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { Acceptor } from '../../src/edge/acceptor.ts';

const HOST = '127.0.0.1';
/** What one listen socket of the library holds. */
const QUEUE = 512;
const PENDING_WITHIN_MS = 5_000;

const acceptors: Acceptor[] = [];
const clients: Socket[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  for (const acceptor of acceptors.splice(0)) acceptor.close();
});

function acceptorThatAnswers(answer: string): Acceptor {
  const acceptor = new Acceptor(uWS.App().any('/*', (response) => void response.end(answer)));
  acceptors.push(acceptor);
  return acceptor;
}

/** By a connection of its own. */
const asked = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    get({ host: HOST, port, agent: false }, (response) => resolve(text(response))).on('error', reject);
  });

test.runIf(process.platform === 'linux')(
  'holds the connections of thousands who come in one turn of its loop',
  async () => {
    const port = await acceptorThatAnswers('').listen(HOST, await freePort());
    const coming = 4 * QUEUE;
    for (let i = 0; i < coming; i++) {
      const client = connect({ host: HOST, port });
      client.on('error', () => {});
      clients.push(client);
    }
    // Each connects in a tick, and the loop comes to accept when all ticks are over.
    const held = await new Promise<number>((resolve) => process.nextTick(() => resolve(heldOf(port, coming))));
    expect(held).toBe(coming);
  },
);

test('takes no port that another shares, and gives it back', async () => {
  const port = await freePort();
  const first = acceptorThatAnswers('first');
  expect(await first.listen(HOST, port)).toBe(port);
  await expect(acceptorThatAnswers('second').listen(HOST, port)).rejects.toMatchObject({ code: 'port_taken' });
  for (let i = 0; i < 32; i++) expect(await asked(port)).toBe('first');
  first.stopListening();
  await expect(asked(port)).rejects.toThrow();
  expect(await acceptorThatAnswers('third').listen(HOST, port)).toBe(port);
  expect(await asked(port)).toBe('third');
});

/** Connections that wait to be accepted, once they are so many or time is up; meanwhile the loop stands still. */
function heldOf(port: number, expected: number): number {
  const untilMs = performance.now() + PENDING_WITHIN_MS;
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (;;) {
    let held = 0;
    for (const line of readFileSync('/proc/net/tcp', 'latin1').split('\n')) {
      const [, address, , state, queues] = line.trim().split(/\s+/);
      // A listening socket's receive queue is those who wait.
      if (address === local && state === '0A') held += Number.parseInt(queues?.split(':')[1] ?? '', 16);
    }
    if (held >= expected || performance.now() > untilMs) return held;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, HOST, resolve));
  const { port } = probe.address() as { port: number }; // It listens on a port.
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
