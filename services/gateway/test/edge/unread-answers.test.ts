import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStand, type Stand } from '../stand/stand.ts';

/** More than the kernel takes for a client that does not read. */
const FILE = randomBytes(12 * 1024 * 1024);
const REQUEST = 'GET /big.bin HTTP/1.1\r\nHost: gateway\r\n\r\n';

let dir: string;
let stand: Stand;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tapecast-page-'));
  await writeFile(join(dir, 'big.bin'), FILE);
  stand = await openStand({ page: { dir } });
});
afterAll(async () => {
  await stand.stop();
  await rm(dir, { recursive: true });
});

function dial(): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(stand.gateway.port, '127.0.0.1', () => resolve(socket));
    socket.on('error', () => {
      // Told by `close`, which follows.
    });
  });
}

/** What comes until that many bodies of the file are there, or the connection ends. */
function read(socket: Socket, bodies: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    socket.on('data', (part: Buffer) => {
      const enough = bodies * (FILE.length + (parts[0] ?? part).indexOf('\r\n\r\n') + 4);
      parts.push(part);
      bytes += part.length;
      if (bytes >= enough) resolve(Buffer.concat(parts));
    });
    socket.on('close', () => resolve(Buffer.concat(parts)));
    socket.resume();
  });
}

test('a file comes whole to a client that reads late, and its connection is good for more', async () => {
  const socket = await dial();
  for (let i = 0; i < 2; i++) {
    socket.removeAllListeners('data');
    socket.write(REQUEST);
    socket.pause();
    // By then the gateway has written what the kernel takes.
    await fetch(`http://127.0.0.1:${stand.gateway.port}/v1/instruments`);
    const answer = await read(socket, 1);
    const body = answer.subarray(answer.indexOf('\r\n\r\n') + 4);
    expect(body.equals(FILE)).toBe(true);
  }
  socket.destroy();
});

test('answers do not pile up for a client that asks on and does not read', async () => {
  const socket = await dial();
  socket.pause();
  socket.write(REQUEST.repeat(20));
  await fetch(`http://127.0.0.1:${stand.gateway.port}/v1/instruments`);
  const answers = await read(socket, 3);
  expect(answers.length).toBeLessThan(2 * FILE.length);
});
