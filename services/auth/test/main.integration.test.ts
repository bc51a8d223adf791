import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, type RedisCluster, type StartedProcess, startProcess, startRedisCluster } from '@tapecast/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { askForToken, clientNamed, ISSUER, SECRET } from './harness.ts';

const MAIN = resolve(import.meta.dirname, '../dist/main.js');
const KEY = randomBytes(32).toString('base64');

let dir: string;
let redis: RedisCluster;
let clientsFile: string;
let runs = 0;
const started: StartedProcess[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tapecast-auth-main-'));
  clientsFile = join(dir, 'clients.json');
  await writeFile(clientsFile, JSON.stringify({ clients: [await clientNamed('broker')] }));
  redis = await startRedisCluster({ dir: join(dir, 'redis') });
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((child) => child.stop()));
});
afterAll(async () => {
  await redis?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** The built service as its own process. */
function start(args: readonly string[], env: Record<string, string> = {}): StartedProcess {
  runs += 1;
  const child = startProcess({
    name: 'auth',
    command: process.execPath,
    args: [MAIN, ...args],
    env: { ...process.env, ...env },
    log: join(dir, `auth-${runs}.log`),
  });
  started.push(child);
  return child;
}

const needed = (): string[] => [
  '--redis',
  redis.nodes.join(','),
  '--clients-file',
  clientsFile,
  '--token-issuer',
  ISSUER,
];
const words = (child: StartedProcess): Promise<string> => readFile(child.log, 'utf8');
const ready = { line: /^ready /m, deadlineMs: 30_000 };

describe('the process', () => {
  it('says all that is missing at once, with exit code 2, and lists its options', async () => {
    const child = start([]);
    expect(await child.exited).toMatchObject({ code: 2 });
    const said = await words(child);
    for (const option of ['--redis', '--clients-file', '--token-issuer']) expect(said).toContain(option);
    const help = start(['--help']);
    expect(await help.exited).toMatchObject({ code: 0 });
    expect(await words(help)).toContain('--rotate-every-ms');
  });

  it('refuses to start without a key-encryption key, or beyond loopback without TLS', async () => {
    const keyless = start(needed());
    expect(await keyless.exited).toMatchObject({ code: 2 });
    expect(await words(keyless)).toContain('TAPECAST_KEY_ENCRYPTION_KEY');
    const open = start([...needed(), '--host', '0.0.0.0'], { TAPECAST_KEY_ENCRYPTION_KEY: KEY });
    expect(await open.exited).toMatchObject({ code: 1 });
    expect(await words(open)).toContain('--plaintext-beyond-loopback');
  });

  it('waits for Redis, serves when it is there, keeps its keys over a restart, and tells nobody a secret', async () => {
    const port = await freePort();
    const run = (): StartedProcess =>
      start([...needed(), '--port', `${port}`, '--log-level', 'debug'], { TAPECAST_KEY_ENCRYPTION_KEY: KEY });
    await redis.stop();
    const first = run();
    await expect.poll(() => words(first)).toContain('waiting_for_redis');
    expect(await words(first)).not.toMatch(/^ready /m);
    redis = await startRedisCluster({ dir: join(dir, 'redis') });
    await first.ready(ready);

    const url = `http://127.0.0.1:${port}`;
    const mine = { client_id: 'broker', client_secret: SECRET };
    const { status, body } = await askForToken(url, mine);
    expect(status).toBe(200);
    expect((await askForToken(url, { ...mine, client_secret: 'a-wrong-secret' })).status).toBe(401);
    const keys = (): Promise<string> => fetch(`${url}/.well-known/jwks.json`).then((answer) => answer.text());
    const before = await keys();
    const begunAt = performance.now();
    first.kill('SIGTERM');
    expect(await first.exited).toMatchObject({ code: 0 });
    expect(performance.now() - begunAt).toBeLessThan(15_000);

    const second = run();
    await second.ready(ready);
    expect(await keys()).toBe(before);
    for (const said of [await words(first), await words(second)])
      for (const secret of [SECRET, 'a-wrong-secret', KEY, String(body.access_token).split('.')[2]!])
        expect(said).not.toContain(secret);

    const other = start(needed(), { TAPECAST_KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64') });
    expect(await other.exited).toMatchObject({ code: 2 });
    expect(await words(other)).toMatch(/was sealed with the key-encryption key [0-9a-f]{16}; ours is [0-9a-f]{16}/);
  });
});
