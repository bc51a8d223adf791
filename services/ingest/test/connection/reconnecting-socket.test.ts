import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createLogger, createSteadyClock } from '@tapecast/service-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { ReconnectingSocket, type SocketHandlers } from '../../src/connection/reconnecting-socket.ts';
import { until } from '../ingest-harness.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

async function setUp(random = () => 0) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  ends.push(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  const connections: WebSocket[] = [];
  server.on('connection', (socket) => connections.push(socket));
  const events: string[] = [];
  const sends: ((text: string) => void)[] = [];
  const handlers: SocketHandlers = {
    onOpen: (send) => {
      sends.push(send);
      events.push('open');
    },
    onFrame: (frame) => events.push(`frame ${frame.toString()}`),
    onPing: (payload) => events.push(`ping ${payload.toString()}`),
    onDown: (reason, wasOpen) => events.push(`down ${wasOpen} ${reason}`),
  };
  const socket = new ReconnectingSocket({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handlers,
    logger: createLogger('test', 'silent'),
    random,
    nowUs: createSteadyClock(createLogger('test', 'silent')),
  });
  ends.push(() => socket.stop());
  socket.start();
  await until('open', () => connections.length === 1 && events.includes('open'));
  return { server, connections, events, sends, socket };
}

describe('a reconnecting socket', () => {
  it('hands on frames and pings in their order, and answers a ping with its payload', async () => {
    const { connections, events } = await setUp();
    const pong = once(connections[0]!, 'pong');
    connections[0]!.send('one');
    connections[0]!.ping('1723161254000');
    connections[0]!.send('two');
    await until('all', () => events.length === 4);
    expect(events).toEqual(['open', 'frame one', 'ping 1723161254000', 'frame two']);
    expect(String((await pong)[0])).toBe('1723161254000');
  });

  it('comes back after a cut and after a close, with the reason told', async () => {
    const { connections, events } = await setUp();
    connections[0]!.terminate();
    await until('second', () => connections.length === 2);
    connections[1]!.close(1001, 'bye');
    await until('third', () => connections.length === 3);
    expect(events.filter((event) => event.startsWith('down'))).toEqual([
      'down true closed with 1006',
      'down true closed with 1001 bye',
    ]);
  });

  it('sends on the newest connection only', async () => {
    const { connections, sends, events } = await setUp();
    connections[0]!.terminate();
    await until('second', () => sends.length === 2);
    const received: string[] = [];
    connections[1]!.on('message', (data: Buffer) => received.push(data.toString()));
    sends[0]!('old');
    sends[1]!('new');
    await until('the message', () => received.length > 0);
    expect(received).toEqual(['new']);
    expect(events).toContain('open');
  });

  it('reads nothing while paused, and all of it after', async () => {
    const { connections, events, socket } = await setUp();
    socket.pause();
    for (let i = 0; i < 100; i++) connections[0]!.send(`f${i}`);
    // A round trip of the other direction: had the frames been read, they would be here by then.
    const other = await setUp();
    other.connections[0]!.send('x');
    await until('the other', () => other.events.includes('frame x'));
    expect(events).toEqual(['open']);
    socket.resume();
    await until('all', () => events.length === 101);
    expect(events.at(-1)).toBe('frame f99');
  });

  it('says why when nobody listens, and tries again', async () => {
    const { server, connections, events } = await setUp(() => 0.01);
    for (const client of server.clients) client.terminate();
    server.close();
    await until('refused', () =>
      events.some((event) => event.startsWith('down false') && event.includes('ECONNREFUSED')),
    );
    expect(connections).toHaveLength(1);
  });

  it('does nothing any more after a stop', async () => {
    const { server, events, socket } = await setUp();
    socket.stop();
    await until('gone', () => server.clients.size === 0);
    expect(events).toEqual(['open']);
  });
});
