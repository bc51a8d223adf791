import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeJsonClientMessage } from '@tapecast/wire';

/**
 * What degradation is for: how old trades are at clients of a gateway that has more to do than it can, with and without it. JSON clients on
 * seven channels of one instrument. Run: node --conditions=source services/gateway/test/measure/degradation.ts [clients] [changes/s] [seconds] [off,on]
 */
const CLIENTS = Number(process.argv[2] ?? 2_000);
const PER_SECOND = Number(process.argv[3] ?? 40);
const SECONDS = Number(process.argv[4] ?? 20);
const CHANNELS = ['trade', 'quote', 'depth@5', 'depth@20', 'depth@50', 'kline@1m'] as const;

async function open(port: number, onData: (data: Buffer) => void): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `GET /v1/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: tapecast.v1.json\r\n\r\n`,
  );
  await once(socket, 'data');
  const payload = Buffer.from(
    encodeJsonClientMessage({
      action: 'subscribe',
      id: 1,
      symbols: ['AAPL$US'],
      channels: [...CHANNELS],
      intervalMs: 0,
    }),
  );
  const head = Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 255, 0, 0, 0, 0]);
  socket.write(Buffer.concat([head, payload]));
  socket.on('data', onData);
  return socket;
}

const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

for (const degradation of (process.argv[5] ?? 'off,on').split(',')) {
  const server = fork(new URL('./degradation-server.ts', import.meta.url), [degradation, `${PER_SECOND}`], {
    execArgv: ['--conditions=source'],
  });
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  let ages: number[] = [];
  const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => open(port, () => {})));
  // One of them says how old trades are as they come.
  sockets.push(
    await open(port, (data) => {
      const now = performance.timeOrigin + performance.now();
      for (const [, id] of data.toString('latin1').matchAll(/"type":"trade"[^}]*?"id":"(\d{13})"[^}]*?"range"/g))
        ages.push(now - Number(id));
    }),
  );
  const seen: string[] = [];
  server.on('message', ({ load, level }: { load: number; level: number }) => {
    const sorted = ages.sort((a, b) => a - b);
    seen.push(
      `load ${load.toFixed(1)} level ${level}: ${sorted.length} trades, p50 ${percentile(sorted, 0.5).toFixed(0)} ms, p99 ${percentile(sorted, 0.99).toFixed(0)} ms`,
    );
    ages = [];
  });
  server.send('begin');
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
  console.log(
    `degradation ${degradation}, ${CLIENTS} JSON clients on ${CHANNELS.length} channels, ${PER_SECOND} changes/s:`,
  );
  for (const line of seen) console.log(`  ${line}`);
  for (const socket of sockets) socket.destroy();
  server.disconnect();
  await once(server, 'exit');
}
process.exit(0);
