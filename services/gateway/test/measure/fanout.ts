import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { makeCertificates } from '@tapecast/testkit';
import { type ClientMessage, encodeJsonClientMessage, encodeProtobufClientMessage } from '@tapecast/wire';

/**
 * Deliveries a CPU second of the gateway's process: 1,000 clients on one trade channel, for both subprotocols and several
 * updates a flush. Run: node --conditions=source services/gateway/test/measure/fanout.ts [clients] [seconds] [tls]
 */
const CLIENTS = Number(process.argv[2] ?? 1_000);
const SECONDS = Number(process.argv[3] ?? 4);
const TLS = process.argv[4] === 'tls';

/** A socket that speaks just enough WebSocket to subscribe, and then only counts bytes: the clients share the machine. */
async function listen(port: number, protocol: string): Promise<Socket & { bytes?: number }> {
  const socket: Socket & { bytes?: number } = TLS
    ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    : connect(port, '127.0.0.1');
  socket.write(
    `GET /v1/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
  );
  await once(socket, 'data');
  const message: ClientMessage = {
    action: 'subscribe',
    id: 1,
    symbols: ['AAPL$US'],
    channels: ['trade'],
    intervalMs: 0,
  };
  const payload = protocol.endsWith('json')
    ? Buffer.from(encodeJsonClientMessage(message))
    : Buffer.from(encodeProtobufClientMessage(message));
  socket.write(
    Buffer.concat([Buffer.from([protocol.endsWith('json') ? 0x81 : 0x82, 0x80 | payload.length, 0, 0, 0, 0]), payload]),
  );
  socket.bytes = 0;
  socket.on('data', (data) => {
    socket.bytes = (socket.bytes ?? 0) + data.length;
  });
  return socket;
}

const folder = await mkdtemp(join(tmpdir(), 'tapecast-fanout-'));
const files = TLS ? await makeCertificates({ dir: folder }) : undefined;
for (const protocol of ['tapecast.v1.protobuf', 'tapecast.v1.json']) {
  const pair = files === undefined ? [] : [files.certificate, files.key];
  const server = fork(new URL('./fanout-server.ts', import.meta.url), pair, { execArgv: ['--conditions=source'] });
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  const sockets = [];
  for (let i = 0; i < CLIENTS; i++) sockets.push(await listen(port, protocol));
  const loads = protocol.endsWith('json')
    ? ([
        [1, 5],
        [10, 20],
        [50, 100],
      ] as const)
    : ([
        [1, 5],
        [10, 5],
        [50, 5],
      ] as const);
  for (const [updates, everyMs] of loads) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    server.send({ updates, everyMs, forMs: SECONDS * 1_000 });
    const [result] = (await once(server, 'message')) as [
      { cpuS: number; tookS: number; deliveries: number; bytes: number },
    ];
    const perCpu = result.deliveries / result.cpuS;
    console.log(
      `${protocol.padEnd(22)} ${CLIENTS} clients, ${updates} updates every ${everyMs} ms: ${(perCpu / 1e6).toFixed(2)} M deliveries a CPU second (${(result.deliveries / result.tookS / 1e6).toFixed(2)} M/s at ${((100 * result.cpuS) / result.tookS).toFixed(0)} % CPU; ${(result.deliveries / updates / result.cpuS / 1e3).toFixed(0)} k writes a CPU second)`,
    );
  }
  for (const socket of sockets) socket.destroy();
  server.disconnect();
  await once(server, 'exit');
}
await rm(folder, { recursive: true, force: true });
process.exit(0);
