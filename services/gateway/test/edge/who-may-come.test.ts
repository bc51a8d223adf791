import { connect as connectTcp, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { GatewayConfig } from '../../src/index.ts';
import { openStand, type Stand } from '../stand/stand.ts';
import { StreamClient } from '../stand/stream-client.ts';

/** Clients of other machines are told apart by what a proxy on this one says of them: nginx in the cluster, the test here. */
const BEHIND_PROXY: Partial<GatewayConfig> = { trustedProxies: ['127.0.0.1/32', '10.0.0.0/8'] };

let stand: Stand | undefined;
const clients: StreamClient[] = [];

async function start(config: Partial<GatewayConfig>): Promise<void> {
  stand = await openStand({ config });
}
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await stand?.stop();
  stand = undefined;
});

interface Tried {
  /** 101 when the stream was opened; it stays open. */
  status: number | undefined;
  retryAfter: number;
  code: string;
  msg: string;
  client: StreamClient;
}

async function tryStream(headers: Record<string, string> = {}, port = stand!.gateway.port): Promise<Tried> {
  const client = new StreamClient(`ws://127.0.0.1:${port}/v1/stream`, undefined, { headers });
  clients.push(client);
  return new Promise((resolve, reject) => {
    client.socket.once('open', () => resolve({ status: 101, retryAfter: Number.NaN, code: '', msg: '', client }));
    client.socket.once('unexpected-response', (_, response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.once('end', () => {
        const { code, msg } = JSON.parse(text) as { code: string; msg: string };
        const retryAfter = Number(response.headers['retry-after']);
        resolve({ status: response.statusCode, retryAfter, code, msg, client });
      });
    });
    client.socket.once('close', () => reject(new Error('closed without an answer')));
  });
}

const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });
const statuses = async (...headers: Record<string, string>[]): Promise<(number | undefined)[]> => {
  const seen: (number | undefined)[] = [];
  for (const one of headers) seen.push((await tryStream(one)).status);
  return seen;
};
const rest = (headers: Record<string, string>, path = '/v1/instruments'): Promise<Response> =>
  fetch(`http://127.0.0.1:${stand!.gateway.port}${path}`, { headers });
const refused = async (reason: string): Promise<number> => {
  const name = `tapecast_gateway_edge_refused_total{reason="${reason}"}`;
  const line = (await stand!.metrics.metrics()).split('\n').find((one) => one.startsWith(name));
  return Number(line?.split(' ').at(-1));
};

/** Writes text to the port and resolves with all that came until the end. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp(stand!.gateway.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (data: Buffer) => (answer += data.toString()));
    socket.on('error', reject);
    socket.once('close', () => resolve(answer));
  });
}

describe('handshakes', () => {
  const few = { ...BEHIND_PROXY, limits: { handshakesBurst: 3, handshakesPerSecond: 0.01 } };

  test('of one address past its rate are refused with 429 and when to come again; others are served', async () => {
    await start(few);
    expect(await statuses(from('203.0.113.7'), from('203.0.113.7'), from('203.0.113.7'))).toEqual([101, 101, 101]);
    const over = await tryStream(from('203.0.113.7'));
    expect(over).toMatchObject({ status: 429, code: 'too_many_requests', msg: expect.stringContaining('Keep one') });
    expect(over.retryAfter).toBeGreaterThan(90);
    expect(over.retryAfter).toBeLessThanOrEqual(100);
    expect(await statuses(from('203.0.113.8'))).toEqual([101]);
    expect(await refused('handshakes_per_address')).toBe(1);
  });

  test('are counted by what the proxy saw, whatever the client claims before it', async () => {
    await start(few);
    const claims = ['127.0.0.1', '10.1.1.1', '1.2.3.4', 'unknown', '203.0.113.9'];
    const tries = claims.map((claim) => from(`${claim}, 203.0.113.7`));
    expect(await statuses(...tries)).toEqual([101, 101, 101, 429, 429]);
    // A second line of the header, as a proxy adds it that does not append: the first is the client's.
    const line = (address: string): string =>
      `GET /v1/stream HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n` +
      `sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nx-forwarded-for: 198.51.100.1\r\nx-forwarded-for: ${address}\r\n\r\n`;
    const socket: Socket = connectTcp(stand!.gateway.port, '127.0.0.1', () => socket.write(line('203.0.113.7')));
    const answer = await new Promise<string>((resolve) =>
      socket.once('data', (data: Buffer) => resolve(data.toString())),
    );
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1.1 429 Too Many Requests/);
  });

  test('of an IPv6 client are those of its /64', async () => {
    await start(few);
    const tries = ['2001:db8:1:2::1', '2001:db8:1:2::2', '2001:db8:1:2:ffff::3', '2001:db8:1:2::4', '2001:db8:1:3::1'];
    expect(await statuses(...tries.map(from))).toEqual([101, 101, 101, 429, 101]);
  });

  test('whose header nobody vouches for are the peer’s, and this machine is not limited', async () => {
    await start({ limits: few.limits });
    expect(await statuses(...Array.from({ length: 6 }, () => from('203.0.113.7')))).toEqual(new Array(6).fill(101));
    expect(await refused('handshakes_per_address')).toBe(0);
  });

  test('in a flood from one address do not keep others from being served', { timeout: 60_000 }, async () => {
    await start({ ...BEHIND_PROXY, limits: { handshakesBurst: 10, handshakesPerSecond: 1 } });
    const { market } = stand!;
    let stop = false;
    let answered = 0;
    const flood = Promise.all(
      Array.from({ length: 20 }, async () => {
        while (!stop) {
          const { status, client } = await tryStream(from('203.0.113.66'));
          expect([101, 429]).toContain(status);
          client.close();
          answered++;
        }
      }),
    );
    await vi.waitFor(() => expect(answered).toBeGreaterThan(200), { timeout: 15_000 });
    for (let i = 1; i <= 5; i++) {
      const { status, client } = await tryStream(from(`198.51.100.${i}`));
      expect(status).toBe(101);
      await client.subscribe(1, ['AAPL$US'], ['trade']);
      market.trade('AAPL$US', i);
      await market.write();
      await client.until(() => client.data('AAPL$US', 'trade').some(({ price }) => price === i / 100), 15_000);
    }
    stop = true;
    await flood;
    expect(await refused('handshakes_per_address')).toBeGreaterThan(150);
  });
});

test('connections of one address past its most are refused until one is closed', async () => {
  await start({ ...BEHIND_PROXY, connectionsPerAddress: 2 });
  const first = await tryStream(from('203.0.113.7'));
  expect(await statuses(from('203.0.113.7'), from('203.0.113.7'), from('203.0.113.8'))).toEqual([101, 429, 101]);
  expect(await refused('connections_per_address')).toBe(1);
  first.client.close();
  await vi.waitFor(async () => expect(await statuses(from('203.0.113.7'))).toEqual([101]), { timeout: 15_000 });
});

test('REST requests of one address past their rate are answered 429, and a page can read why', async () => {
  await start({ ...BEHIND_PROXY, limits: { requestsBurst: 2, requestsPerSecond: 0.1 } });
  for (let i = 0; i < 2; i++) expect((await rest(from('203.0.113.7'))).status).toBe(200);
  const over = await rest({ ...from('203.0.113.7'), origin: 'https://a.example' });
  expect(over.status).toBe(429);
  expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(5);
  expect(await over.json()).toMatchObject({
    code: 'too_many_requests',
    temporary: true,
    retry_after_ms: expect.any(Number),
  });
  expect((await rest(from('203.0.113.8'))).status).toBe(200);
  expect((await rest({})).status).toBe(200);
  expect(await refused('requests_per_address')).toBe(1);
});

test('more bytes than a connection may send close it; a message that is too long is told so before', async () => {
  await start({ limits: { bytesBurst: 300_000, bytesPerSecond: 1 } });
  const { client } = await tryStream();
  const message = JSON.stringify({ action: 'ping', id: 1, pad: 'x'.repeat(140_000) });
  client.socket.send(message);
  client.socket.send(message);
  await client.until(() => client.messages.filter(({ type }) => type === 'pong').length === 2, 15_000);
  client.socket.send(message);
  expect(await client.closed(15_000)).toBe(4104);
  expect(await stand!.metrics.metrics()).toContain('tapecast_gateway_too_many_bytes_total 1');
});

test('headers of more than 4 KiB are refused without being looked at, and the gateway goes on', async () => {
  await start({});
  expect(await raw(`GET /v1/stream?token=${'x'.repeat(5_000)} HTTP/1.1\r\nhost: x\r\n\r\n`)).toMatch(/^HTTP\/1.1 431/);
  const query = await rest({}, `/v1/instruments?q=${'x'.repeat(3_200)}`);
  expect([query.status, ((await query.json()) as { msg: string }).msg]).toEqual([414, expect.stringContaining('3072')]);
  expect(await statuses({})).toEqual([101]);
});

describe('pages', () => {
  test('of any origin may come where everyone may read', async () => {
    await start({});
    expect(await statuses({ origin: 'https://any.example' }, { origin: 'null' })).toEqual([101, 101]);
    const answer = await rest({ origin: 'https://any.example' });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  });

  test('of other origins than those listed are refused with a reason; programs and the own host are not', async () => {
    await start({ ...BEHIND_PROXY, allowedOrigins: ['https://a.example', 'https://*.b.example'] });
    const { port } = stand!.gateway;
    expect(
      await statuses(
        {},
        { origin: 'https://a.example' },
        { origin: 'https://x.y.b.example' },
        { origin: `http://127.0.0.1:${port}` },
        { origin: 'https://edge.example', host: 'edge.example', 'x-forwarded-proto': 'https' },
      ),
    ).toEqual([101, 101, 101, 101, 101]);
    const other = await tryStream({ origin: 'https://evil.example' });
    expect(other).toMatchObject({ status: 403, code: 'origin_not_allowed' });
    expect(other.msg).toContain('"https://evil.example" may not use this gateway');
    const more = [
      { origin: 'null' },
      { origin: 'https://b.example' },
      { origin: 'http://a.example' },
      { origin: 'http://edge.example', host: 'edge.example', 'x-forwarded-proto': 'https' },
    ];
    expect(await statuses(...more)).toEqual([403, 403, 403, 403]);
    expect(await refused('origin')).toBe(5);
  });

  test('get REST answers that name them, which no other may keep; others get 403', async () => {
    await start({ allowedOrigins: ['https://a.example'] });
    const allowed = await rest({ origin: 'https://a.example' });
    expect(allowed.status).toBe(200);
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': 'https://a.example',
      'access-control-allow-headers': 'authorization',
      vary: 'origin',
    });
    const program = await rest({});
    expect([program.status, program.headers.get('access-control-allow-origin')]).toEqual([200, null]);
    const other = await rest({ origin: 'https://evil.example' });
    expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    expect(await other.json()).toMatchObject({ code: 'origin_not_allowed' });
    const asked = await fetch(`http://127.0.0.1:${stand!.gateway.port}/v1/instruments`, {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-headers': 'authorization' },
    });
    expect([asked.status, asked.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization']);
  });

  test.each([
    [{ allowedOrigins: ['a.example'] }, /--allowed-origins has "a.example"/],
    [{ trustedProxies: ['10.0.0.1/8'] }, /--trusted-proxies has "10.0.0.1\/8"/],
  ])('rules that can’t be meant end the start: %j', async (config, message) => {
    await expect(start(config)).rejects.toMatchObject({ code: 'bad_option', message: expect.stringMatching(message) });
  });
});
