import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Connection } from '../src/connection.ts';
import type { WebSocketConstructor } from '../src/web-socket.ts';

describe('a handshake that is refused', () => {
  // Node 22's own WebSocket tells an error then and no close: who waits for that alone waits for ever.
  it('ends the connection at once', async () => {
    const server = createServer().on('upgrade', (_, socket) =>
      socket.end('HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n'),
    );
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const ends: unknown[][] = [];
    const nothing = (): void => {};
    await new Promise<void>((ended) => {
      new Connection(
        {
          webSocket: WebSocket as WebSocketConstructor,
          url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/stream`,
          protocol: 'protobuf',
          decompress: undefined,
          queryToken: undefined,
          now: () => performance.now(),
        },
        {
          onMessage: nothing,
          onBaseless: nothing,
          onStale: nothing,
          onSeqHole: nothing,
          onFault: nothing,
          onEnd: (...end) => {
            ends.push(end);
            ended();
          },
        },
      );
    });
    expect(ends).toEqual([[1006, 'the connection could not be made', undefined]]);
  });
});
