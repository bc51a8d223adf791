import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  makeCertificates,
  type RunningCluster,
  type StartedProcess,
  startCluster,
  startProcess,
} from '../../src/index.ts';

const run = promisify(execFile);
const GATEWAY = resolve(import.meta.dirname, '../../../../services/gateway/dist/main.js');

let cluster: RunningCluster;
let dir: string;
let gateway: StartedProcess | undefined;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tapecast-tls-'));
  cluster = await startCluster({ tls: true, gateways: 1, compute: 1 });
});
afterAll(async () => {
  await gateway?.stop();
  await cluster?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** A program as a user writes it, told only whom to trust. */
const CLIENT = `
  const [url, stream] = process.argv.slice(1);
  const found = await (await fetch(url + '/v1/instruments?q=TEST$')).text();
  const socket = new WebSocket(stream);
  socket.onopen = () => socket.send(JSON.stringify({ action: 'subscribe', channels: ['trade'], symbols: ['TEST$XX'] }));
  socket.onmessage = ({ data }) => {
    if (JSON.parse(data).type !== 'trade') return;
    console.log(found.includes('TEST$XX'), JSON.parse(data).symbol);
    process.exit(0);
  };
  socket.onerror = () => process.exit(3);
`;

it('tells addresses of https and wss, and serves a client that trusts its authority', async () => {
  expect([cluster.url, cluster.stream]).toEqual([
    expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
    expect.stringMatching(/^wss:\/\/127\.0\.0\.1:\d+\/v1\/stream$/),
  ]);
  expect(cluster.ca).toBe(join(cluster.dataDir, 'tls', 'ca.crt'));
  expect((await stat(join(dirname(cluster.ca!), 'server.key'))).mode & 0o777).toBe(0o600);
  const args = ['--input-type=module', '-e', CLIENT, cluster.url, cluster.stream];
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: cluster.ca };
  expect((await run(process.execPath, args, { env })).stdout).toBe('true TEST$XX\n');
  const stranger = run(process.execPath, args, { env: { ...process.env, NODE_EXTRA_CA_CERTS: '' } });
  await expect(stranger).rejects.toThrow(/SELF_SIGNED|UNABLE_TO|fetch failed/);
});

it('serves TLS at a gateway by itself, which takes a new certificate at SIGHUP and goes on with the old one when it can’t', async () => {
  const files = await makeCertificates({ dir });
  const ca = await readFile(files.ca);
  const addresses = (role: string): string =>
    cluster
      .processes()
      .filter((process) => process.role === role)
      .map(({ address }) => address)
      .join(',');
  const log = join(dir, 'gateway.log');
  gateway = startProcess({
    name: 'gateway',
    command: process.execPath,
    args: [
      ...[
        GATEWAY,
        '--port',
        '0',
        '--anonymous',
        '--partitions',
        '4',
        '--tls-cert',
        files.certificate,
        '--tls-key',
        files.key,
      ],
      ...['--kafka', addresses('kafka'), '--redis', addresses('redis')],
    ],
    log,
  });
  await gateway.ready({ line: /^ready https:.*\n/m, deadlineMs: 60_000 });
  const [, port] = /^ready https:\/\/127\.0\.0\.1:(\d+)/m.exec(await readFile(log, 'utf8'))!;
  const served = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: Number(port), ca }, () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      });
      socket.on('error', reject);
    });
  const client = new WebSocket(`wss://127.0.0.1:${port}/v1/stream`, { ca });
  let trades = 0;
  let closed = false;
  client.on('open', () => client.send('{"action":"subscribe","channels":["trade"],"symbols":["TEST$XX"]}'));
  client.on('message', (data: Buffer) => {
    if (data.toString().includes('"type":"trade"')) trades++;
  });
  client.on('close', () => {
    closed = true;
  });
  await vi.waitFor(() => expect(trades).toBeGreaterThan(0), { timeout: 30_000, interval: 50 });

  await makeCertificates({ dir, renew: true });
  gateway.kill('SIGHUP');
  const renewed = new X509Certificate(await readFile(files.certificate)).serialNumber;
  await vi.waitFor(async () => expect(await served()).toBe(renewed), { timeout: 30_000, interval: 50 });
  writeFileSync(files.key, 'garbage');
  gateway.kill('SIGHUP');
  await vi.waitFor(async () => expect(await readFile(log, 'utf8')).toContain('"event":"certificate_refused"'), {
    timeout: 30_000,
    interval: 50,
  });
  expect(await served()).toBe(renewed);
  const before = trades;
  await vi.waitFor(() => expect(trades).toBeGreaterThan(before), { timeout: 30_000, interval: 50 });
  expect(closed).toBe(false);
  client.terminate();
});
