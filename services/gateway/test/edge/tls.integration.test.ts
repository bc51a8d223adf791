import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { Logger } from '@tapecast/service-kit';
import { type CertificateFiles, makeCertificates } from '@tapecast/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openStand, type Stand, type StandOptions } from '../stand/stand.ts';
import { StreamClient } from '../stand/stream-client.ts';

let dir: string;
let files: CertificateFiles;
let ca: Buffer;
let stand: Stand | undefined;
let logged: Record<string, unknown>[];
const clients: StreamClient[] = [];
const sockets: Socket[] = [];

const POLL_MS = 20;
/** For what many connections do at once on a machine that does other things too. */
const PATIENT_MS = 60_000;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tapecast-tls-'));
  files = await makeCertificates({ dir: join(dir, 'tls') });
  ca = await readFile(files.ca);
  logged = [];
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  await stand?.stop();
  stand = undefined;
  await rm(dir, { recursive: true, force: true });
});

async function start({ config, ...options }: StandOptions = {}): Promise<Stand> {
  const keep = (line: Record<string, unknown>): void => void logged.push(line);
  stand = await openStand({
    ...options,
    config: {
      tlsCert: files.certificate,
      tlsKey: files.key,
      ...config,
      limits: { certificatePollMs: POLL_MS, ...config?.limits },
    },
    // As much of one as the gateway uses.
    logger: { debug: keep, info: keep, warn: keep, error: keep } as unknown as Logger,
  });
  return stand;
}

async function open(host = 'localhost', protocol?: string): Promise<StreamClient> {
  const client = new StreamClient(`wss://${host}:${stand!.gateway.port}/v1/stream`, protocol, { ca });
  clients.push(client);
  await client.next((message) => message.type === 'hello', PATIENT_MS);
  return client;
}

function handshake(options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: stand!.gateway.port, ca, ...options }, () => resolve(socket));
    sockets.push(socket);
    socket.on('error', reject);
  });
}

/** What a client gets that says no name, or one. */
async function served(servername?: string): Promise<string> {
  const socket = await handshake(servername === undefined ? {} : { servername });
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

const serialOf = async (file: string): Promise<string> => new X509Certificate(await readFile(file)).serialNumber;

const metric = async (name: string): Promise<number> => {
  const line = (await stand!.metrics.metrics()).split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1));
};

/** Sends plain HTTP over a TLS connection and resolves with the answer as it came. */
function ask(socket: TLSSocket, path: string, headers = ''): Promise<string> {
  return new Promise((resolve) => {
    socket.once('data', (data: Buffer) => resolve(data.toString()));
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n`);
  });
}

/** In one step, and two of them in one turn: what a look sees is what a test wrote. */
function put(file: string, content: Buffer | string): void {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}

const ended = (socket: TLSSocket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()));

describe('TLS', () => {
  test('serves stream and REST to whoever trusts the authority, by name and by number', async () => {
    const { market } = await start();
    market.trade('AAPL$US', 100);
    await market.write();
    for (const [host, protocol] of [
      ['localhost', 'tapecast.v1.json'],
      ['127.0.0.1', 'tapecast.v1.protobuf'],
    ]) {
      const client = await open(host, protocol);
      await client.subscribe(1, ['AAPL$US'], ['trade']);
      await client.until(() => client.data('AAPL$US', 'trade').length === 1);
    }
    expect(await ask(await handshake(), '/v1/instruments?q=AAPL')).toMatch(/^HTTP\/1.1 200 OK[\s\S]*AAPL\$US/);
    const stranger = new StreamClient(`wss://localhost:${stand!.gateway.port}/v1/stream`);
    expect(await stranger.closed()).toBe(1006);
  });

  test('is of version 1.2 or 1.3 with forward secrecy, and takes a session up again', async () => {
    await start();
    const newest = await handshake({ ALPNProtocols: ['h2', 'http/1.1'] });
    expect(newest.getProtocol()).toBe('TLSv1.3');
    const older = await handshake({ maxVersion: 'TLSv1.2' });
    expect(older.getCipher().name).toMatch(/^ECDHE-.*(GCM|POLY1305)/);
    const again = await handshake({ maxVersion: 'TLSv1.2', session: older.getSession()! });
    expect(again.isSessionReused()).toBe(true);
    const ciphers = 'DEFAULT:@SECLEVEL=0';
    await expect(handshake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers })).rejects.toThrow(
      /protocol version/,
    );
    await expect(handshake({ maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' })).rejects.toThrow(/handshake failure/i);
  });

  test('closes a client that speaks http, and serves the others', async () => {
    await start();
    const plain = connectTcp(stand!.gateway.port, '127.0.0.1');
    plain.on('error', () => {});
    plain.write('GET /v1/instruments HTTP/1.1\r\nhost: localhost\r\n\r\n');
    plain.resume();
    await new Promise((resolve) => plain.once('close', resolve));
    await open();
  });

  test('keeps its port to itself', async () => {
    const first = await start();
    await expect(openStand({ config: { port: first.gateway.port } })).rejects.toMatchObject({ code: 'port_taken' });
    const tls = { tlsCert: files.certificate, tlsKey: files.key };
    await expect(openStand({ config: { port: first.gateway.port, ...tls } })).rejects.toMatchObject({
      code: 'port_taken',
      message: expect.stringContaining('--port'),
    });
  });

  test.each([
    ['a certificate without its key', () => ({ tlsKey: '' }), /--tls-cert and --tls-key belong together/],
    ['a file that is not there', () => ({ tlsCert: join(dir, 'none') }), /--tls-cert .*none can't be read \(ENOENT\)/],
    ['two files of different kinds', () => ({ tlsKey: files.certificate }), /--tls-key has no private key/],
  ])('refuses to start with %s', async (_, config, message) => {
    await expect(start({ config: config() })).rejects.toMatchObject({
      code: 'bad_option',
      message: expect.stringMatching(message),
    });
  });
});

describe('a new certificate', () => {
  test('is what new connections get, and 200 open ones with live data do not miss a message', {
    timeout: 2 * PATIENT_MS,
  }, async () => {
    const { market } = await start();
    market.trade('AAPL$US', 1);
    await market.write();
    const followers = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const client = await open(
          i % 2 === 0 ? 'localhost' : '127.0.0.1',
          i % 4 < 2 ? undefined : 'tapecast.v1.protobuf',
        );
        client.send({ action: 'subscribe', id: 1, symbols: ['AAPL$US'], channels: ['trade'], intervalMs: 0 });
        await client.next(({ id }) => id === 1, PATIENT_MS);
        return client;
      }),
    );
    let written = 1;
    let stop = false;
    const writing = (async () => {
      while (!stop) {
        market.trade('AAPL$US', ++written);
        await market.write();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    const before = await served();
    await makeCertificates({ dir: join(dir, 'tls'), renew: true });
    const renewed = await serialOf(files.certificate);
    expect(renewed).not.toBe(before);
    await vi.waitFor(async () => expect(await served()).toBe(renewed), { timeout: PATIENT_MS, interval: 10 });
    expect(await served('localhost')).toBe(renewed);
    const late = await open();
    await late.subscribe(1, ['AAPL$US'], ['trade']);
    const since = written;
    await vi.waitFor(() => expect(written).toBeGreaterThan(since + 50), { timeout: PATIENT_MS });
    stop = true;
    await writing;
    for (const client of [...followers, late])
      await client.until(() => ranges(client).at(-1)?.[1] === written, PATIENT_MS);
    for (const client of followers) {
      expect(client.closeCode).toBeUndefined();
      let next = 0;
      for (const [from, to] of ranges(client)) {
        expect(next === 0 || from === next).toBe(true);
        next = to + 1;
      }
      expect(next).toBe(written + 1);
    }
    expect(await metric('tapecast_gateway_tls_certificates_in_use')).toBe(2);
    const expiry = Date.parse(new X509Certificate(await readFile(files.certificate)).validTo) / 1000;
    expect(await metric('tapecast_gateway_tls_certificate_expiry_timestamp_seconds')).toBe(expiry);
    expect(logged.filter(({ event }) => event === 'certificate_served').map(({ serial }) => serial)).toEqual([
      before,
      renewed,
    ]);
  });

  test('that can’t be used changes nothing, and is told once until it is another', {
    timeout: 2 * PATIENT_MS,
  }, async () => {
    await start();
    const before = await served();
    const kept = { certificate: await readFile(files.certificate), key: await readFile(files.key) };
    const other = await makeCertificates({ dir: join(dir, 'other') });
    const refusals = (): unknown[] =>
      logged.filter(({ event }) => event === 'certificate_refused').map(({ reason }) => reason);
    const tellsOf = async (count: number, reason: RegExp): Promise<void> => {
      await vi.waitFor(() => expect(refusals()).toHaveLength(count), { timeout: PATIENT_MS });
      expect(refusals().at(-1)).toMatch(reason);
      expect(await served()).toBe(before);
    };
    put(files.key, readFileSync(other.key));
    await tellsOf(1, /not the key of/);
    put(files.key, 'garbage');
    await tellsOf(2, /no private key/);
    put(files.key, kept.key);
    put(files.certificate, kept.certificate.subarray(0, 200));
    await tellsOf(3, /not written to its end/);
    await rm(files.certificate);
    await tellsOf(4, /ENOENT/);
    // Asked for, it is told again.
    await stand!.gateway.reloadCertificate();
    await tellsOf(5, /ENOENT/);
    expect(logged.every((line) => line.event !== 'certificate_refused' || line.kept === before)).toBe(true);
    put(files.key, readFileSync(other.key));
    put(files.certificate, readFileSync(other.certificate));
    ca = await readFile(other.ca);
    await stand!.gateway.reloadCertificate();
    expect(await served()).toBe(await serialOf(other.certificate));
    expect(refusals()).toHaveLength(5);
  });

  test('is seen without a signal where a link is turned to it, as certbot and Kubernetes do', async () => {
    await cp(join(dir, 'tls'), join(dir, 'first'), { recursive: true });
    await symlink(join(dir, 'first'), join(dir, 'live'));
    const live = join(dir, 'live');
    await start({ config: { tlsCert: join(live, 'server.crt'), tlsKey: join(live, 'server.key') } });
    expect(await served()).toBe(await serialOf(files.certificate));
    await makeCertificates({ dir: join(dir, 'tls'), renew: true });
    await symlink(join(dir, 'tls'), join(dir, 'live.new'));
    await rename(join(dir, 'live.new'), live);
    const renewed = await serialOf(files.certificate);
    await vi.waitFor(async () => expect(await served()).toBe(renewed), { timeout: PATIENT_MS, interval: 10 });
    expect(logged.filter(({ event }) => event === 'certificate_refused')).toEqual([]);
  });

  test('a connection kept alive for REST ends with its next answer, to come back to the new one', async () => {
    await start();
    const socket = await handshake();
    expect(await ask(socket, '/v1/instruments')).toMatch(/^HTTP\/1.1 200/);
    await makeCertificates({ dir: join(dir, 'tls'), renew: true });
    await stand!.gateway.reloadCertificate();
    const over = ended(socket);
    expect(await ask(socket, '/v1/instruments')).toMatch(/^HTTP\/1.1 200/);
    await over;
  });

  test('takes the place of those that nobody is on any more, while others stay on theirs', async () => {
    const { market } = await start({ config: { limits: { certificateRetiredMs: 50 } } });
    const staying = await open();
    await staying.subscribe(1, ['AAPL$US'], ['trade']);
    for (let i = 0; i < 3; i++) {
      const leaving = await open();
      await leaving.subscribe(1, ['AAPL$US'], ['trade']);
      await makeCertificates({ dir: join(dir, 'tls'), renew: true });
      await stand!.gateway.reloadCertificate();
      leaving.close();
    }
    const inUse = (): Promise<number> => metric('tapecast_gateway_tls_certificates_in_use');
    await vi.waitFor(async () => expect(await inUse()).toBe(2), { timeout: PATIENT_MS });
    market.trade('AAPL$US', 100);
    await market.write();
    await staying.until(() => staying.data('AAPL$US', 'trade').length === 1, PATIENT_MS);
    staying.close();
    await vi.waitFor(async () => expect(await inUse()).toBe(1), { timeout: PATIENT_MS });
    await open();
  });

  test('past the most that may be in use, those of the oldest are sent elsewhere', async () => {
    await start({ config: { limits: { certificatesMax: 2 } } });
    const generations: StreamClient[] = [];
    for (let i = 0; i < 3; i++) {
      generations.push(await open());
      await makeCertificates({ dir: join(dir, 'tls'), renew: true });
      await stand!.gateway.reloadCertificate();
    }
    expect(await generations[0]!.closed()).toBe(4201);
    expect(await generations[1]!.closed()).toBe(4201);
    expect(generations[2]!.closeCode).toBeUndefined();
    await open();
  });

  test('handshakes in a flood are all answered while certificates change', { timeout: 2 * PATIENT_MS }, async () => {
    await start();
    let stop = false;
    let shaken = 0;
    const failures: unknown[] = [];
    const flood = Promise.all(
      Array.from({ length: 16 }, async () => {
        while (!stop) {
          await handshake().then(
            (socket) => {
              shaken++;
              socket.destroy();
            },
            (error: unknown) => failures.push(error),
          );
        }
      }),
    );
    for (let i = 0; i < 5; i++) {
      const since = shaken;
      await makeCertificates({ dir: join(dir, 'tls'), renew: true });
      await stand!.gateway.reloadCertificate();
      await vi.waitFor(() => expect(shaken).toBeGreaterThan(since + 20), { timeout: PATIENT_MS });
    }
    stop = true;
    await flood;
    expect(failures).toEqual([]);
    expect(await served()).toBe(await serialOf(files.certificate));
  });
});

/** Ranges of what came live, in the order it came. */
function ranges(client: StreamClient): [number, number][] {
  return client.messages.flatMap((message) => {
    return message.symbol === 'AAPL$US' && message.range !== undefined ? [message.range as [number, number]] : [];
  });
}

test('bytes that are no TLS, and such as break off, cost nobody anything', async () => {
  await start();
  const client = await open();
  const hello = Buffer.from('160301020001000001fc0303', 'hex');
  const nonsense = [
    Buffer.alloc(0),
    hello,
    Buffer.concat([hello, randomBytes(508)]),
    randomBytes(20_000),
    Buffer.alloc(20_000, 0x16),
  ];
  await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      const socket = connectTcp(stand!.gateway.port, '127.0.0.1');
      socket.on('error', () => {});
      await new Promise((resolve) => socket.write(nonsense[i % nonsense.length]!, resolve));
      if (i % 2 === 0) socket.destroy();
      else sockets.push(socket);
    }),
  );
  expect(await client.ask({ action: 'ping', id: 1 })).toMatchObject({ type: 'pong', id: 1 });
  await open('127.0.0.1');
});
