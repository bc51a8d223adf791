import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PartRunner, startNginx, waysToTest } from '../../src/index.ts';
import type { Part } from '../../src/parts/part.ts';
import { freePort } from '../../src/parts/port.ts';
import { leftOver } from './left-over.ts';

/** A gateway as far as nginx sees one: answers REST with its name and the request's headers, and greets WebSockets. */
interface StandIn {
  server: Server;
  address: string;
  sockets: Set<Duplex>;
  /** Takes nobody: 503, and when to come again. */
  shut: boolean;
}

let dir: string;
let port: number;
let nginx: Part;
let gateways: StandIn[];

for (const way of await waysToTest())
  describe.skipIf(way.skip !== undefined)(`nginx on ${way.title}`, () => {
    let parts: PartRunner;
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'tapecast-nginx-'));
      await writeFile(join(dir, 'index.html'), '<title>page</title>');
      gateways = await Promise.all(['one', 'two'].map(standIn));
      port = await freePort();
      parts = await way.open();
      nginx = await startNginx({
        parts,
        dir: join(dir, 'nginx'),
        port,
        gateways: gateways.map(({ address }) => address),
        staticDir: dir,
        auth: { servers: [`127.0.0.1:${await freePort()}`] },
      });
    });

    afterAll(async () => {
      await nginx?.stop();
      await parts?.close();
      for (const { server, sockets } of gateways ?? []) {
        for (const socket of sockets) socket.destroy();
        server.close();
      }
      await rm(dir, { recursive: true, force: true });
    });

    it('serves the page itself, to be asked for anew each time', async () => {
      const response = await fetch(`http://127.0.0.1:${port}/`);
      expect(await response.text()).toBe('<title>page</title>');
      expect(response.headers.get('content-type')).toBe('text/html');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect((await fetch(`http://127.0.0.1:${port}/absent`)).status).toBe(404);
    });

    it('passes REST on to all gateways, with the query and the client’s address', async () => {
      const names = new Set<string>();
      for (let i = 0; i < 8; i += 1) {
        const response = await fetch(`http://127.0.0.1:${port}/v1/klines?symbol=A$US`);
        const { name, url, forwarded } = (await response.json()) as Record<string, string>;
        names.add(name!);
        expect([url, forwarded]).toEqual(['/v1/klines?symbol=A$US', '127.0.0.1']);
      }
      expect(names).toEqual(new Set(['one', 'two']));
    });

    it('spreads WebSockets over the gateways, and the subprotocol comes through', async () => {
      const greeted = await Promise.all(Array.from({ length: 6 }, () => greeting()));
      expect(greeted.map(({ protocol }) => protocol)).toEqual(new Array(6).fill('tapecast.v1.json'));
      const counts = ['one', 'two'].map((name) => greeted.filter(({ text }) => text === name).length);
      expect(counts).toEqual([3, 3]);
      for (const { socket } of greeted) socket.close();
    });

    it('asks the next gateway where one has no room, and says so where none has; REST is answered as it is', async () => {
      const [first, second] = gateways;
      first!.shut = true;
      const greeted = await Promise.all(Array.from({ length: 4 }, () => greeting()));
      expect(greeted.map(({ text }) => text)).toEqual(['two', 'two', 'two', 'two']);
      for (const { socket } of greeted) socket.close();
      const asked = await Promise.all(Array.from({ length: 4 }, () => fetch(`http://127.0.0.1:${port}/v1/klines`)));
      // Which gateway is asked follows from their connections; one that answers 503 is not passed over.
      expect(asked.map(({ status }) => status)).toContain(503);
      second!.shut = true;
      expect(await handshakeRefused()).toEqual({ status: 503, retryAfter: '7' });
      first!.shut = false;
      second!.shut = false;
    });

    it('passes over a gateway that is gone', async () => {
      const [gone] = gateways;
      for (const socket of gone!.sockets) socket.destroy();
      await new Promise((resolve) => gone!.server.close(resolve));
      const greeted = await Promise.all(Array.from({ length: 4 }, () => greeting()));
      expect(greeted.map(({ text }) => text)).toEqual(['two', 'two', 'two', 'two']);
      for (const { socket } of greeted) socket.close();
    });

    it('logs nothing of a request, whatever goes wrong with it, and keeps no body on disk', async () => {
      const ask = async (path: string, body?: string): Promise<number> =>
        (
          await fetch(
            `http://127.0.0.1:${port}${path}?token=s3cret`,
            body === undefined ? {} : { method: 'POST', body },
          )
        ).status;
      const long = 'x'.repeat(20_000);
      expect([await ask('/v1/token'), await ask('/.well-known/jwks.json')]).toEqual([502, 502]);
      expect([await ask('/v1/token', long), await ask('/v1/klines', long.repeat(4))]).toEqual([413, 413]);
      expect([await ask('/', long.repeat(4)), await ask('/nginx/'), await ask('/absent')]).toEqual([413, 403, 404]);
      expect(await readFile(nginx.processes[0]!.log, 'utf8')).not.toMatch(/s3cret|client_body_temp/);
    });

    it('listens on loopback only', async () => {
      const other = Object.values(networkInterfaces())
        .flat()
        .find((address) => address?.family === 'IPv4' && !address.internal)?.address;
      // A machine without another address has nothing to listen on.
      const reached = other === undefined ? false : await accepts(other);
      expect(reached).toBe(false);
    });

    it('is killed with its workers, and comes back on its port', async () => {
      const [before] = nginx.processes;
      nginx.kill(0);
      expect(await before!.exited).toEqual({ code: null, signal: 'SIGKILL' });
      await nginx.restart(0);
      expect(nginx.processes[0]!.pid).not.toBe(before!.pid);
      expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    });

    it('says what its log says when it can’t start', async () => {
      const unreadable = startNginx({
        parts,
        dir: join(dir, 'second'),
        port: await freePort(),
        gateways: ['not an address'],
      });
      await expect(unreadable).rejects.toThrow(/nginx ended with code 1[\s\S]*invalid parameter/);
      const taken = startNginx({ parts, dir: join(dir, 'third'), port, gateways: ['127.0.0.1:1'] });
      await expect(taken).rejects.toThrow(/nginx ended with code 1[\s\S]*Address already in use/);
    });

    it('stops with nothing left behind', async () => {
      const pids = nginx.processes.map(({ pid }) => pid);
      await nginx.stop();
      await parts.close();
      expect(await leftOver(dir, pids)).toEqual([]);
    });
  });

async function standIn(name: string): Promise<StandIn> {
  const self = { sockets: new Set<Duplex>(), shut: false };
  const { sockets } = self;
  const server = createServer((request, response) => {
    if (self.shut) response.writeHead(503, { 'retry-after': '7' });
    response.end(JSON.stringify({ name, url: request.url, forwarded: request.headers['x-forwarded-for'] }));
  });
  server.on('upgrade', (request, socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    if (self.shut) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    // RFC 6455: the answer to the client's key, then one unmasked text frame with our name.
    const accept = createHash('sha1').update(
      `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
    );
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Accept: ${accept.digest('base64')}\r\nSec-WebSocket-Protocol: tapecast.v1.json\r\n\r\n`,
    );
    socket.write(Buffer.concat([Buffer.from([0x81, name.length]), Buffer.from(name)]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(self, { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function greeting(): Promise<{ text: string; protocol: string; socket: WebSocket }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/stream`, ['tapecast.v1.json']);
    socket.onmessage = ({ data }) => resolve({ text: String(data), protocol: socket.protocol, socket });
    socket.onerror = () => reject(new Error('no WebSocket through nginx'));
  });
}

/** What the server says to a handshake that it does not take. */
function handshakeRefused(): Promise<{ status: number | undefined; retryAfter: string | undefined }> {
  return new Promise((resolve, reject) => {
    const asked = request({
      port,
      host: '127.0.0.1',
      path: '/v1/stream',
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
    });
    asked.on('response', ({ statusCode, headers }) => {
      resolve({ status: statusCode, retryAfter: headers['retry-after'] });
      asked.destroy();
    });
    asked.on('error', reject);
    asked.end();
  });
}

function accepts(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const end = (accepted: boolean) => (): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', end(true));
    socket.once('error', end(false));
    socket.once('timeout', end(false));
  });
}
