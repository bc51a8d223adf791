import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { answer } from './child.ts';
import { paced } from './pace.ts';

/** The server that comes to mind first: `ws`, and a `send` to each client for each update. */
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
await once(server, 'listening');
const sockets: WebSocket[] = [];
server.on('connection', (socket) => sockets.push(socket));

answer({
  port: () => (server.address() as AddressInfo).port,
  /** `updates` messages of `bytes` bytes each, every `everyMs`. */
  run: ({ flushes, updates, bytes, everyMs }: { flushes: number; updates: number; bytes: number; everyMs: number }) => {
    const text = 'x'.repeat(bytes);
    return paced(
      flushes,
      (i) => i * everyMs,
      () => {
        for (let update = 0; update < updates; update++) for (const socket of sockets) socket.send(text);
      },
    );
  },
});
