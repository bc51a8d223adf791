import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Embedded, startEmbedded } from '@tapecast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../dist/main.js');

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** The built command line as its own process, in an empty folder. */
function tapecast(...args: string[]): Promise<Ended> {
  return new Promise((done) => {
    execFile(process.execPath, [MAIN, ...args], { cwd: dir }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tapecast-cli-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('npx tapecast', () => {
  it('says what it can do, and that it can do no more', async () => {
    for (const args of [[], ['--help'], ['-h']]) {
      const { code, stdout } = await tapecast(...args);
      expect([code, stdout]).toEqual([0, expect.stringContaining('client-secret')]);
    }
    expect(await tapecast('constructor')).toMatchObject({ code: 2, stdout: '' });
    for (const command of ['token', 'client-secret'])
      expect((await tapecast(command, '--help')).stdout).toContain(`usage: npx tapecast ${command}`);
    expect(await tapecast('token', '--colour')).toMatchObject({ code: 2, stderr: expect.stringContaining('--colour') });
  });

  it('makes secrets that are another each time', async () => {
    const made = await Promise.all([tapecast('client-secret'), tapecast('client-secret')]);
    for (const { stdout } of made)
      expect(stdout).toMatch(/^secret [\w-]{43}\nhash {3}scrypt\$16384\$8\$1\$[\w-]+\$[\w-]{43}\n$/);
    expect(made[0].stdout).not.toBe(made[1].stdout);
  });

  it.each([
    [[], 1, /nothing runs with --auth here.*npm start -- --auth/],
    [['--client', 'broker'], 2, /--client and --secret-file belong together/],
    [['--auth-url', 'https://auth.example'], 2, /needs --client and --secret-file/],
    [['--auth-url', 'http://auth.example', '--client', 'a', '--secret-file', 'b'], 2, /use https:/],
    [['--auth-url', 'nonsense', '--client', 'a', '--secret-file', 'b'], 2, /is no address/],
    [['--auth-url', 'https://auth.example', '--client', 'a', '--secret-file', 'none'], 2, /can't be read \(ENOENT\)/],
  ])('token %j says what to do', async (args, code, why) => {
    const ended = await tapecast('token', ...args);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toMatch(why);
  });

  describe('and a service that is another', () => {
    let server: Server;
    let url: string;
    let reply: { status: number; body: string };
    const secretFile = (): string => join(dir, 'secret');

    beforeAll(async () => {
      server = createServer((_, response) => response.writeHead(reply.status).end(reply.body));
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      writeFileSync(secretFile(), 'a-secret-of-mine\n');
    });
    afterAll(() => server.close());

    it.each([
      [
        401,
        '{"error":"invalid_client","error_description":"no client has this id"}',
        /no client has this id.*--secret-file/,
      ],
      [400, '{"error":"invalid_scope"}', /invalid_scope.*Ask for less/],
      [503, '{"error":"temporarily_unavailable"}', /Try again later/],
      [200, '<html>', /not as an auth service does.*--auth-url/],
      [200, '{"access_token":""}', /not as an auth service does/],
    ])('that answers %i %s: the error says what to do, without the secret', async (status, body, why) => {
      reply = { status, body };
      const ended = await tapecast('token', '--auth-url', url, '--client', 'broker', '--secret-file', secretFile());
      expect([ended.code, ended.stdout]).toEqual([1, '']);
      expect(ended.stderr).toMatch(why);
      expect(ended.stderr).not.toContain('a-secret-of-mine');
    });

    it('that is not there: so too', async () => {
      const args = ['--auth-url', 'http://127.0.0.1:1', '--client', 'broker', '--secret-file', secretFile()];
      expect(await tapecast('token', ...args)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/does not answer \(.+\)\. Is it running with --auth/),
      });
    });
  });
});

describe('npm start -- --auth', () => {
  let embedded: Embedded;
  beforeAll(async () => {
    embedded = await startEmbedded(['--auth']);
  });
  afterAll(() => embedded?.stop());

  const snapshot = (symbol: string, token?: string): Promise<Response> =>
    fetch(`${embedded.page}v1/snapshot?symbols=${encodeURIComponent(symbol)}&channels=quote`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });

  it('lets nobody in without a token, and with one to what it allows', async () => {
    const dataDir = embedded.dataDir;
    const ended = await tapecast('token', '--data-dir', dataDir, '--symbols', 'TEST$XX', '--expires-in', '60');
    expect(ended).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/) });
    const token = ended.stdout.trim();
    expect((await snapshot('TEST$XX')).status).toBe(401);
    expect((await snapshot('TEST$XX', `${token}x`)).status).toBe(401);
    const allowed = await snapshot('TEST$XX', token);
    expect(allowed.status).toBe(200);
    expect(await allowed.text()).toContain('"ok":true');
    expect(await (await snapshot('AAPL$US', token)).text()).toContain('"forbidden"');
    expect(await embedded.log()).not.toContain(token.split('.')[2]);
  });

  it('has its own metrics and keys at the admin port', async () => {
    const metrics = await (await fetch(`${embedded.admin}/metrics`)).text();
    expect(metrics).toMatch(/^tapecast_auth_tokens_issued_total [1-9]/m);
    const keys = (await (await fetch(`${embedded.admin}/keys`)).json()) as object[];
    expect(keys).toHaveLength(2);
    expect(JSON.stringify(keys)).not.toContain('"d"');
  });
});
