import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readTrialClient } from '@tapecast/access';
import { TapecastClient } from '@tapecast/client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type RunningCluster, startCluster } from '../src/index.ts';

const VENUE_KEY = 'venue-key/5e1f+0123=456789';
const WRONG_SECRET = 'wr0ng: s3cret/of+somebody=';

/** What must be nowhere, by a name that may be printed. */
class Secrets {
  readonly #texts = new Map<string, string>();

  /** In each form in which it travels or could be printed. */
  add(name: string, secret: string): void {
    const bytes = Buffer.from(secret);
    const forms = {
      '': secret,
      ' as base64': bytes.toString('base64').replace(/=+$/, ''),
      ' as base64url': bytes.toString('base64url'),
      ' in hex': bytes.toString('hex'),
      ' in a URL': encodeURIComponent(secret),
      ' in a form': new URLSearchParams({ s: secret }).toString().slice(2),
      ' in JSON': JSON.stringify(secret).slice(1, -1),
    };
    for (const [form, text] of Object.entries(forms)) if (text.length >= 12) this.#texts.set(name + form, text);
  }

  /** The head of a JWT is no secret: it names the algorithm and the key. */
  addToken(name: string, token: string): void {
    this.add(name, token);
    for (const [i, part] of token.split('.').entries()) if (i > 0) this.add(`${name}, part ${i}`, part);
  }

  /** Names of those that the text has. */
  in(text: string): string[] {
    return [...this.#texts].filter(([, secret]) => text.includes(secret)).map(([name]) => name);
  }
}

/** Speaks as much of iTick as ingest needs, echoes the key as the venue does, and repeats it wherever it can. */
class LeakyVenue {
  readonly #http = createServer();
  readonly #server = new WebSocketServer({ noServer: true });
  #refuse = false;
  keys: (string | undefined)[] = [];

  async start(): Promise<string> {
    this.#http.on('upgrade', (request, socket, head) => {
      this.keys.push(request.headers.token as string | undefined);
      if (this.#refuse) {
        this.#refuse = false;
        socket.end(`HTTP/1.1 503 not with ${VENUE_KEY}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
        return;
      }
      this.#server.handleUpgrade(request, socket, head, (client) => this.#serve(client));
    });
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  #serve(client: WebSocket): void {
    const send = (message: unknown): void => client.send(JSON.stringify(message));
    client.on('message', (data: Buffer) => {
      const { ac, params } = JSON.parse(String(data)) as { ac: string; params: string };
      if (ac === 'ping') send({ resAc: 'pong', data: { params } });
      if (ac !== 'subscribe') return;
      send({ code: 1, resAc: 'subscribe', msg: 'subscribe Successfully' });
      send({ code: 1, data: { s: 'AAPL', r: 'US', ld: 225.2, v: 100, t: Date.now(), type: 'tick' } });
    });
    send({ code: 1, msg: 'Connected Successfully' });
    send({ code: 1, resAc: 'auth', msg: 'authenticated', data: { params: VENUE_KEY } });
  }

  /** Frames that are none, errors and an end, all with the key in them; then a refusal of the next connection. */
  leak(): void {
    this.#refuse = true;
    for (const client of this.#server.clients) {
      client.send(`{"code":1,"data":{"token":"${VENUE_KEY}"`);
      client.send(JSON.stringify({ code: 1, resAc: 'auth', msg: `authenticated ${VENUE_KEY}` }));
      client.send(JSON.stringify({ code: 0, msg: `something is wrong with ${VENUE_KEY}` }));
      client.close(1008, `not with ${VENUE_KEY}`);
    }
  }

  stop(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#http.close();
  }
}

/** What a client that speaks for itself is told: every message, and the end. */
function told(
  url: string,
  options: { headers?: Record<string, string>; send?: string; until: RegExp },
): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, ['tapecast.v1.json'], { headers: options.headers ?? {} });
    const lines: string[] = [];
    const end = (): void => {
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.terminate();
      resolve(lines.join('\n'));
    };
    socket.on('message', (data: Buffer) => {
      const text = String(data);
      lines.push(text);
      if (text.includes('"hello"') && options.send !== undefined) socket.send(options.send);
      if (options.until.test(text)) end();
    });
    socket.on('close', (code, reason) => {
      lines.push(`closed ${code} ${String(reason)}`);
      end();
    });
    socket.on('error', (error) => {
      lines.push(`error ${error.message}`);
      end();
    });
  });
}

/** All that lies in a folder, but for what is kept there for its owner alone. */
/** Nothing where it is gone by now: stores of a running cluster let go of old files. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function filesOf(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !['auth/', 'tls/'].some((kept) => path.startsWith(join(dir, kept))));
}

describe('a run with tokens and a venue’s key, good and bad', () => {
  const venue = new LeakyVenue();
  const secrets = new Secrets();
  /** What was answered to anyone, by who asked. */
  const answers: [from: string, text: string][] = [];
  let cluster: RunningCluster;
  let commandLines: string[] = [];

  beforeAll(async () => {
    cluster = await startCluster({
      auth: 1,
      gateways: 2,
      compute: 1,
      feed: 'itick',
      itickWs: await venue.start(),
      symbols: ['AAPL$US'],
      token: VENUE_KEY,
      logLevel: 'debug',
    });
    secrets.add('the key of the venue', VENUE_KEY);
    secrets.add('a wrong secret', WRONG_SECRET);
    secrets.add('a wrong secret with its client', `trial:${WRONG_SECRET}`);
    const trial = readTrialClient(cluster.dataDir)!;
    secrets.add('the secret of the client', trial.secret);
    secrets.add('the secret with its client', `${trial.client}:${trial.secret}`);
    const sealed = readFileSync(join(cluster.dataDir, 'auth/key-encryption-key'), 'utf8').trim();
    secrets.add('the key of the key ring', sealed);
    const good = await cluster.token();
    const less = await cluster.token({ symbols: ['700$HK'], channels: ['quote'] });
    const [head, payload, signature = ''] = good.split('.');
    const bad = {
      forged: `${head}.${payload}.${[...signature].reverse().join('')}`,
      unsigned: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`,
      'signed with its public key': `${head}.${payload}.${createHmac('sha256', 'key').update(`${head}.${payload}`).digest('base64url')}`,
      'no token at all': 'no-jwt-but-perhaps-a-password',
      'too long': `eyJhbGciOiJFZERTQSJ9.${'secret-payload'.repeat(700)}.x`,
    };
    secrets.addToken('a good token', good);
    secrets.addToken('a lesser token', less);
    for (const [name, token] of Object.entries(bad)) secrets.addToken(name, token);

    await goodLogins(good, less);
    for (const [name, token] of Object.entries(bad)) await badLogins(name, token);
    await badSecrets(trial.client, trial.secret);
    await whileGatewaysDie(good);
    const seen = venue.keys.length;
    venue.leak();
    // The refused one, and the next.
    await vi.waitFor(() => expect(venue.keys.length).toBeGreaterThan(seen + 1), { timeout: 60_000, interval: 50 });
    commandLines = cluster
      .processes()
      .map(({ pid }) => (existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : ''));
  });
  afterAll(async () => {
    venue.stop();
    await cluster?.stop();
  });

  const answered = (from: string, text: string): void => void answers.push([from, text]);

  async function rest(from: string, path: string, headers: Record<string, string> = {}): Promise<void> {
    const reply = await fetch(`${cluster.url}${path}`, { headers });
    answered(from, `${reply.status} ${JSON.stringify([...reply.headers])} ${await reply.text()}`);
  }

  async function goodLogins(good: string, less: string): Promise<void> {
    for (const tokenIn of ['message', 'query'] as const) {
      const tokens = [good, less];
      const client = new TapecastClient({ url: cluster.stream, token: () => tokens.shift() ?? less, tokenIn });
      for (const name of ['auth', 'authFailed', 'state', 'rejected', 'notice', 'fault'] as const)
        client.on(name, (event) => answered(`client, ${name}`, JSON.stringify(event)));
      client.connect();
      const results = await client.subscribe(['AAPL$US'], ['trade']);
      answered('client, results', JSON.stringify(results));
      client.close();
    }
    await rest('rest', '/v1/snapshot?symbols=AAPL%24US', { authorization: `Bearer ${good}` });
    await rest('rest', `/v1/snapshot?symbols=AAPL%24US&token=${good}`);
    await rest('rest, too little', `/v1/klines?symbol=AAPL%24US&token=${less}`);
  }

  async function badLogins(name: string, token: string): Promise<void> {
    const inUrl = encodeURIComponent(token);
    const error = /"type":"error"/;
    const message = JSON.stringify({ action: 'auth', id: 1, token });
    answered(`stream, message, ${name}`, await told(cluster.stream, { send: message, until: error }));
    answered(`stream, address, ${name}`, await told(`${cluster.stream}?token=${inUrl}`, { until: /^$/ }));
    const headers = { authorization: `Bearer ${token}` };
    answered(`stream, header, ${name}`, await told(cluster.stream, { headers, until: /^$/ }));
    // What can't be read is not repeated.
    answered(`stream, alone, ${name}`, await told(cluster.stream, { send: JSON.stringify(token), until: error }));
    answered(`stream, half, ${name}`, await told(cluster.stream, { send: `{"token":"${token}`, until: error }));
    await rest(`rest, header, ${name}`, '/v1/instruments', headers);
    await rest(`rest, address, ${name}`, `/v1/instruments?token=${inUrl}`);
    await rest(`rest, no such path, ${name}`, `/v1/nothing?token=${inUrl}`);
    await rest(`rest, no upgrade, ${name}`, `/v1/stream?token=${inUrl}`);
  }

  async function badSecrets(client: string, secret: string): Promise<void> {
    const ask = async (from: string, body: string, headers: Record<string, string>): Promise<void> => {
      const reply = await fetch(`${cluster.url}/v1/token`, { method: 'POST', body, headers });
      answered(from, `${reply.status} ${JSON.stringify([...reply.headers])} ${await reply.text()}`);
    };
    const json = { 'content-type': 'application/json' };
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const basic = (password: string): string => `Basic ${Buffer.from(`${client}:${password}`).toString('base64')}`;
    const grant = { grant_type: 'client_credentials' };
    const wrong = { ...grant, client_id: client, client_secret: WRONG_SECRET };
    await ask('auth, wrong in JSON', JSON.stringify(wrong), json);
    await ask('auth, wrong in a form', new URLSearchParams(wrong).toString(), form);
    await ask('auth, wrong by Basic', new URLSearchParams(grant).toString(), {
      ...form,
      authorization: basic(WRONG_SECRET),
    });
    await ask('auth, nobody', JSON.stringify({ ...wrong, client_id: WRONG_SECRET }), json);
    // The right secret, in requests that can't be answered.
    await ask('auth, half a body', `{"client_secret":"${secret}`, json);
    await ask('auth, no form', `client_secret=${secret}`, { 'content-type': 'text/plain' });
    await ask('auth, another grant', JSON.stringify({ ...wrong, client_secret: secret, grant_type: secret }), json);
    await ask('auth, too much asked', JSON.stringify({ ...wrong, client_secret: secret, expires_in: 1e9 }), json);
    await ask('auth, in a header', '', { ...form, 'x-secret': secret });
    const reply = await fetch(`${cluster.url}/v1/token?client_secret=${secret}`);
    answered('auth, in the address', `${reply.status} ${await reply.text()}`);
  }

  /** A proxy that can't reach a gateway writes what was asked for to its log. */
  async function whileGatewaysDie(good: string): Promise<void> {
    for (const index of [0, 1]) cluster.kill('gateway', index);
    for (let i = 0; i < 6; i++) {
      const reply = await fetch(`${cluster.url}/v1/instruments?token=${good}`);
      answered('rest, gateways away', `${reply.status} ${await reply.text()}`);
      answered('stream, gateways away', await told(`${cluster.stream}?token=${good}`, { until: /"hello"/ }));
    }
  }

  test('was as it should be: let in, refused and logged', () => {
    const of = (from: string): string => answers.filter(([name]) => name.startsWith(from)).join('\n');
    expect(of('client, auth')).toContain('"renewed":false');
    expect(of('stream, message, forged')).toContain('token_invalid');
    expect(of('stream, address, forged')).toContain('4001');
    expect(of('rest, header, forged')).toMatch(/401.*token_invalid/s);
    expect(of('auth, wrong by Basic')).toMatch(/401.*invalid_client/s);
    const logs = filesOf(join(cluster.dataDir, 'logs')).map((path) => readFileSync(path, 'utf8'));
    expect(logs.join('\n')).toContain('client_refused');
    expect(logs.length).toBeGreaterThan(8);
    expect(venue.keys.every((key) => key === VENUE_KEY)).toBe(true);
  });

  test('no answer, message or close says a token, a secret or a key', () => {
    const leaks = answers.flatMap(([from, text]) => secrets.in(text).map((name) => `${from}: ${name}`));
    expect(leaks).toEqual([]);
  });

  test('no log and no other file that the run left has one', () => {
    const files = filesOf(cluster.dataDir);
    const leaks = files.flatMap((path) =>
      secrets.in(contentOf(path)).map((name) => `${path.slice(cluster.dataDir.length)}: ${name}`),
    );
    expect(leaks).toEqual([]);
  });

  test('no metric has one, and no command line', async () => {
    const metrics = await (await fetch(`${cluster.admin}/metrics`)).text();
    expect(metrics).toContain('tapecast_auth_tokens_refused_total');
    expect(secrets.in(metrics)).toEqual([]);
    expect(commandLines.length).toBeGreaterThan(5);
    expect(commandLines.flatMap((line) => secrets.in(line))).toEqual([]);
  });

  test('the search itself finds them: in any form, in the middle of a line', () => {
    const trial = readTrialClient(cluster.dataDir)!;
    const basic = Buffer.from(`${trial.client}:${trial.secret}`).toString('base64');
    expect(secrets.in(`{"header":"Basic ${basic}"}`)).toContain('the secret with its client as base64');
    expect(secrets.in(`GET /?key=${encodeURIComponent(VENUE_KEY)} HTTP`)).toContain('the key of the venue in a URL');
  });
});
