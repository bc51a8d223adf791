import { type ChildProcess, fork } from 'node:child_process';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exportJWK, SignJWT } from 'jose';
import type { BenchResult } from './bench.ts';

const ISSUER = 'https://issuer.bench';
/** Handshakes under way at once. */
const AT_ONCE = 64;

const KINDS = ['without a token', 'with a JWT seen before', 'with a JWT never seen before'] as const;
type Kind = (typeof KINDS)[number];

/**
 * Handshakes a gateway's core makes, from TCP connection to `hello`, with a JWT and without, taking turns in one run. The
 * gateway is a process of its own, and its CPU time is what counts: all of its threads, user and system.
 */
export async function run(args: string[]): Promise<BenchResult> {
  const { values } = parseArgs({
    args,
    options: { rounds: { type: 'string', default: '9' }, handshakes: { type: 'string', default: '2000' } },
  });
  const rounds = Number(values.rounds);
  const handshakes = Number(values.handshakes);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const jwks = join(tmpdir(), `jwks-${randomUUID()}.json`);
  await writeFile(jwks, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'EdDSA' }] }));
  const token = (sub: string): Promise<string> =>
    new SignJWT({ tapecast: { channels: ['quote', 'trade', 'depth'], symbols: ['*$US', '*$BA', '700$HK'] } })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'bench' })
      .setIssuer(ISSUER)
      .setAudience('tapecast')
      .setSubject(sub)
      .setIssuedAt()
      .setExpirationTime('1h')
      .setJti(randomUUID())
      .sign(privateKey);
  const child = fork(resolve(import.meta.dirname, 'handshakes/main.js'), [jwks, ISSUER], { execArgv: [] });
  try {
    const [port] = (await once(child, 'message')) as [number];
    const seen = await token('seen');
    const perCpuSecond = new Map<Kind, number[]>(KINDS.map((kind) => [kind, []]));
    // The first two rounds warm up.
    for (let round = -2; round < rounds; round++) {
      const fresh = await Promise.all(Array.from({ length: handshakes }, (_, i) => token(`s${round}-${i}`)));
      for (const kind of KINDS) {
        const tokenAt = (i: number): string | undefined =>
          kind === KINDS[0] ? undefined : kind === KINDS[1] ? seen : fresh[i];
        const before = await cpuSeconds(child);
        await connectAll(port, handshakes, tokenAt);
        const spent = (await cpuSeconds(child)) - before;
        if (round >= 0) perCpuSecond.get(kind)?.push(handshakes / spent);
      }
    }
    const base = median(perCpuSecond.get(KINDS[0]) ?? []);
    return {
      name: 'handshakes',
      conditions: {
        rounds,
        handshakesARound: handshakes,
        atOnce: AT_ONCE,
        transport: 'loopback, plain TCP, a new connection each',
        algorithm: 'EdDSA (Ed25519)',
        tokenBytes: seen.length,
        keys: 'one, from a file',
      },
      rows: KINDS.map((what) => {
        const all = perCpuSecond.get(what) ?? [];
        const each = median(all);
        return {
          what,
          handshakesPerCpuSecond: Math.round(each),
          worstRound: Math.round(Math.min(...all)),
          cpuMicrosecondsEach: Math.round(1e6 / each),
          ofThoseWithout: Number((each / base).toFixed(2)),
        };
      }),
    };
  } finally {
    child.kill('SIGKILL');
    await rm(jwks, { force: true });
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

async function cpuSeconds(child: ChildProcess): Promise<number> {
  const answer = once(child, 'message');
  child.send('cpu');
  const [{ user, system }] = (await answer) as [NodeJS.CpuUsage];
  return (user + system) / 1e6;
}

async function connectAll(port: number, count: number, tokenAt: (i: number) => string | undefined): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) await handshake(port, tokenAt(next++));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

/** Connects, upgrades, waits for `hello`, and leaves. Rejects where anything else comes. */
function handshake(port: number, token: string | undefined): Promise<void> {
  return new Promise((done, failed) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const head = [
      'GET /v1/stream HTTP/1.1',
      'Host: 127.0.0.1',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
      '\r\n',
    ];
    socket.once('connect', () => socket.write(head.join('\r\n')));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (!text.includes('"type":"hello"')) return;
      if (text.includes('"type":"error"')) failed(new Error(`refused: ${text.slice(-300)}`));
      socket.destroy();
      done();
    });
    socket.once('error', failed);
    socket.once('close', () => failed(new Error(`closed before hello: ${text.slice(0, 300)}`)));
  });
}
