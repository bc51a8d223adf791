import { X509Certificate } from 'node:crypto';
import { copyFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  type CertificateFiles,
  makeCertificates,
  type Nginx,
  type PartRunner,
  startNginx,
  waysToTest,
} from '../../src/index.ts';
import { freePort } from '../../src/parts/port.ts';

const TICK_MS = 20;

let dir: string;
let port: number;
let nginx: Nginx;
let files: CertificateFiles;
let ca: Buffer;
/** Stands where a gateway would: tells every client 0, 1, 2 … */
let server: Server;
let ticking: NodeJS.Timeout;

for (const way of await waysToTest())
  describe.skipIf(way.skip !== undefined)(`nginx with TLS on ${way.title}`, () => {
    let parts: PartRunner;
    beforeAll(async () => {
      parts = await way.open();
      dir = await mkdtemp(join(tmpdir(), 'tapecast-nginx-tls-'));
      writeFileSync(join(dir, 'index.html'), '<title>page</title>');
      files = await makeCertificates({ dir: join(dir, 'tls') });
      ca = await readFile(files.ca);
      server = createServer((asked, response) => response.end(JSON.stringify(asked.headers)));
      const sockets = new WebSocketServer({ server });
      const told = new Map<WebSocket, number>();
      sockets.on('connection', (socket) => {
        told.set(socket, 0);
        socket.on('close', () => told.delete(socket));
      });
      ticking = setInterval(() => {
        for (const [socket, count] of told) {
          socket.send(`${count}`);
          told.set(socket, count + 1);
        }
      }, TICK_MS);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      port = await freePort();
      nginx = await startNginx({
        parts,
        dir: join(dir, 'nginx'),
        port,
        gateways: [`127.0.0.1:${(server.address() as AddressInfo).port}`],
        staticDir: dir,
        tls: { certificate: files.certificate, key: files.key, hsts: true },
      });
    });

    afterAll(async () => {
      await nginx?.stop();
      await parts?.close();
      clearInterval(ticking);
      server?.closeAllConnections();
      server?.close();
      await rm(dir, { recursive: true, force: true });
    });

    it('makes keys that only this user can read, and an authority that signs for this machine only', async () => {
      expect(statSync(files.key).mode & 0o777).toBe(0o600);
      expect(statSync(join(dir, 'tls', 'ca.key')).mode & 0o777).toBe(0o600);
      expect(statSync(join(dir, 'tls')).mode & 0o777).toBe(0o700);
      const certificate = new X509Certificate(await readFile(files.certificate));
      expect(certificate.checkIssued(new X509Certificate(ca))).toBe(true);
      expect(certificate.checkHost('localhost')).toBe('localhost');
      expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
      // Used again as long as they are good: whoever trusts the authority does so once.
      const before = await readFile(files.certificate);
      await makeCertificates({ dir: join(dir, 'tls') });
      expect(await readFile(files.certificate)).toEqual(before);
    });

    it('serves the page and REST by https to whoever trusts the authority, by name and by number', async () => {
      const page = await get(`https://localhost:${port}/`);
      expect([page.status, page.body]).toEqual([200, '<title>page</title>']);
      expect(page.headers).toMatchObject({
        'strict-transport-security': 'max-age=31536000',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-cache',
      });
      const rest = await get(`https://127.0.0.1:${port}/v1/instruments`);
      expect(rest.headers['strict-transport-security']).toBe('max-age=31536000');
      const seen = JSON.parse(rest.body) as Record<string, string>;
      expect(seen).toMatchObject({
        host: `127.0.0.1:${port}`,
        'x-forwarded-proto': 'https',
        'x-forwarded-for': '127.0.0.1',
      });
      await expect(get(`https://localhost:${port}/`, [])).rejects.toThrow(/self-signed certificate|unable to/);
    });

    it('appends the peer to the addresses a client claims', async () => {
      const { body } = await get(`https://localhost:${port}/v1/x`, ca, { 'x-forwarded-for': '1.2.3.4, 127.0.0.1' });
      expect(JSON.parse(body)).toMatchObject({ 'x-forwarded-for': '1.2.3.4, 127.0.0.1, 127.0.0.1' });
    });

    it('sends a browser that comes by http to https', async () => {
      const response = await fetch(`http://localhost:${port}/x?y=1`, { redirect: 'manual' });
      expect(response.status).toBe(301);
      expect(response.headers.get('location')).toBe(`https://localhost:${port}/x?y=1`);
    });

    it('speaks TLS 1.2 and 1.3 with forward secrecy, HTTP/1.1, and takes a session up again', async () => {
      const newest = await handshake();
      expect([newest.getProtocol(), newest.isSessionReused()]).toEqual(['TLSv1.3', false]);
      newest.destroy();
      const older = await handshake({ maxVersion: 'TLSv1.2', ALPNProtocols: ['h2', 'http/1.1'] });
      expect(older.getCipher().name).toMatch(/^ECDHE-.*(GCM|POLY1305)/);
      expect(older.alpnProtocol).toBe('http/1.1');
      const again = await handshake({ maxVersion: 'TLSv1.2', session: older.getSession()! });
      expect(again.isSessionReused()).toBe(true);
      older.destroy();
      again.destroy();
      const ciphers = 'DEFAULT:@SECLEVEL=0';
      await expect(handshake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers })).rejects.toThrow(
        /protocol version/,
      );
      await expect(handshake({ maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' })).rejects.toThrow(/handshake failure/);
    });

    it('a reload shows the new certificate to whoever comes, and 200 open streams do not notice', async () => {
      const streams = await Promise.all(Array.from({ length: 200 }, () => follow()));
      const before = await serialServed();
      await makeCertificates({ dir: join(dir, 'tls'), renew: true });
      expect(await serialServed()).toBe(before);
      nginx.reload();
      const renewed = new X509Certificate(await readFile(files.certificate)).serialNumber;
      await vi.waitFor(async () => expect(await serialServed()).toBe(renewed), { timeout: 15_000, interval: 20 });
      const since = streams.map((stream) => stream.counts.length);
      await vi.waitFor(() => expect(streams.every((stream, i) => stream.counts.length >= since[i]! + 25)).toBe(true), {
        timeout: 15_000,
        interval: 50,
      });
      for (const { counts, closed } of streams) {
        expect(closed()).toBe(false);
        expect(counts).toEqual(counts.map((_, i) => i));
      }
      for (const { socket } of streams) socket.terminate();
    });

    it('keeps the certificate it has when the new files can’t be used, and says why', async () => {
      const before = await serialServed();
      const kept = join(dir, 'kept.key');
      copyFileSync(files.key, kept);
      const other = await makeCertificates({ dir: join(dir, 'other') });
      const log = (): Promise<string> => readFile(join(dir, 'nginx', 'nginx.log'), 'utf8');
      copyFileSync(other.key, files.key);
      nginx.reload();
      await vi.waitFor(async () => expect(await log()).toMatch(/key values mismatch/), { timeout: 15_000 });
      const whole = await readFile(files.certificate);
      writeFileSync(files.certificate, whole.subarray(0, whole.length / 2));
      nginx.reload();
      await vi.waitFor(async () => expect(await log()).toMatch(/cannot load certificate/), { timeout: 15_000 });
      expect(await serialServed()).toBe(before);
      writeFileSync(files.certificate, whole);
      copyFileSync(kept, files.key);
    });
  });

interface Answer {
  status: number | undefined;
  headers: Record<string, unknown>;
  body: string;
}

function get(url: string, trusted: Buffer | string[] = ca, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca: trusted, headers, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

function handshake(options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca, ...options }, () => resolve(socket));
    socket.on('error', reject);
  });
}

/** Without a server name, as clients do that connect to a number. */
async function serialServed(): Promise<string> {
  const socket = await handshake();
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

/** A client that keeps what it is told, from its first message on. */
async function follow(): Promise<{ socket: WebSocket; counts: number[]; closed: () => boolean }> {
  const socket = new WebSocket(`wss://localhost:${port}/v1/stream`, { ca });
  const counts: number[] = [];
  let ended = false;
  socket.on('close', () => {
    ended = true;
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data: Buffer) => {
      counts.push(Number(data.toString()));
      resolve();
    });
  });
  return { socket, counts, closed: () => ended };
}
