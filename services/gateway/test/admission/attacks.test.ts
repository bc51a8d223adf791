import type { Logger } from '@tapecast/service-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStand, type Stand } from '../stand/stand.ts';
import { StreamClient, type Wire } from '../stand/stream-client.ts';
import { confused, ISSUER, newKey, signed, TokenIssuer, unsigned } from '../stand/token-issuer.ts';

let stand: Stand;
let issuer: TokenIssuer;
const logged: string[] = [];
const keep = (...call: unknown[]): number => logged.push(JSON.stringify(call));

beforeAll(async () => {
  issuer = await TokenIssuer.open();
  stand = await openStand({
    config: { anonymous: false, jwks: issuer.path, tokenIssuer: ISSUER },
    // As far as the gateway uses one; a call is kept as it was made, before anything is cut from it.
    logger: { debug: keep, info: keep, warn: keep, error: keep } as unknown as Logger,
  });
  stand.market.quote('AAPL$US', 100);
  stand.market.quote('700$HK', 100);
  await stand.market.write();
});
afterAll(async () => {
  await stand.stop();
  await issuer.close();
});

const ALL = { channels: ['*'], symbols: ['*'] };
const nowS = (): number => Math.floor(Date.now() / 1000);
const first = () => issuer.keys[0]!;
const good = (more: Record<string, unknown> = {}): string => issuer.token(ALL, more);

/** What is tried, the token, and the code that answers it everywhere. */
const ATTACKS: [string, () => string, string][] = [
  ['forged: signed by a stranger under a known kid', () => signed(newKey('one'), issuer.claims(ALL)), 'token_invalid'],
  [
    'forged: claims replaced under a good signature',
    () => {
      const [head, , signature] = good().split('.');
      return [
        head,
        Buffer.from(JSON.stringify(issuer.claims(ALL, { sub: 'mallory' }))).toString('base64url'),
        signature,
      ].join('.');
    },
    'token_invalid',
  ],
  ['expired', () => good({ exp: nowS() - 1 }), 'token_expired'],
  ['expired within the tolerance of nbf', () => good({ exp: nowS() - 29 }), 'token_expired'],
  ['alg none', () => unsigned(issuer.claims(ALL)), 'token_invalid'],
  ['HS256 with the public key', () => confused(first(), issuer.claims(ALL)), 'token_invalid'],
  ['wrong audience', () => good({ aud: 'another' }), 'token_invalid'],
  ['wrong issuer', () => good({ iss: 'https://mallory.test' }), 'token_invalid'],
  ['unknown kid', () => signed(newKey('three'), issuer.claims(ALL)), 'token_invalid'],
  [
    'kid missing where there are several keys',
    () => signed(first(), issuer.claims(ALL), { alg: 'EdDSA' }),
    'token_invalid',
  ],
  ['nbf 45 s ahead', () => good({ nbf: nowS() + 45 }), 'token_not_yet_valid'],
  ['iat 45 s ahead', () => good({ iat: nowS() + 45 }), 'token_not_yet_valid'],
  ['exp a text', () => good({ exp: String(nowS() + 60) }), 'token_invalid'],
  ['exp in a century', () => good({ exp: nowS() + 3_155_760_000 }), 'token_invalid'],
  ['sub no text', () => good({ sub: { admin: true } }), 'token_invalid'],
  ['truncated', () => good().slice(0, -7), 'token_invalid'],
  ['without its signature', () => good().split('.').slice(0, 2).join('.'), 'token_invalid'],
  ['garbage', () => 'garbage', 'token_invalid'],
  ['two tokens in one', () => `${good()},${good()}`, 'token_invalid'],
];

/** 4001, or 4002 where another token of the same client would do. */
const closeOf = (code: string): number => (code === 'token_expired' ? 4002 : 4001);
const streamUrl = (query = ''): string => `ws://127.0.0.1:${stand.gateway.port}/v1/stream${query}`;

async function refusedStream(client: StreamClient, code: string): Promise<void> {
  expect(await client.closed()).toBe(closeOf(code));
  expect(client.messages.map(({ type }) => type)).toEqual(['hello', 'error']);
  expect(client.messages[1]).toMatchObject({ type: 'error', action: 'auth', id: null, code, temporary: false });
}

const RESUME = { positions: [{ symbol: 'AAPL$US', channel: 'quote', epoch: '', seq: 0 }], more: false };

describe('each attack has its answer on', () => {
  test.each(ATTACKS)('the stream, in the query: %s', async (_, token, code) => {
    await refusedStream(new StreamClient(streamUrl(`?token=${encodeURIComponent(token())}`)), code);
  });

  test.each(ATTACKS)('the stream, in the header, in Protobuf: %s', async (_, token, code) => {
    const headers = { authorization: `Bearer ${token()}` };
    await refusedStream(new StreamClient(streamUrl(), 'tapecast.v1.protobuf', { headers }), code);
  });

  test('the stream, by auth, with resume and subscribe after it', async () => {
    for (const [name, token, code] of ATTACKS) {
      const client = await StreamClient.open(stand.gateway.port);
      expect(await client.ask({ action: 'auth', id: 1, token: token() }), name).toMatchObject({ type: 'error', code });
      for (const action of ['resume', 'ack', 'query_subscribe'])
        expect(await client.ask({ action, id: action, ...(action === 'resume' ? RESUME : {}) })).toMatchObject({
          type: 'error',
          code: 'unauthorized',
        });
      expect(await client.subscribe(2, ['AAPL$US'], ['quote'])).toMatchObject({ type: 'error', code: 'unauthorized' });
      expect(await client.ask({ action: 'ping', id: 3 })).toMatchObject({ type: 'pong' });
      expect(client.data('AAPL$US', 'quote')).toEqual([]);
      client.close();
    }
  });

  test('REST, in the header and in the query', async () => {
    const paths = ['/v1/snapshot?symbols=AAPL$US', '/v1/klines?symbol=AAPL$US', '/v1/instruments?q='];
    for (const [name, token, code] of ATTACKS) {
      for (const path of paths) {
        const text = token();
        const url = `http://127.0.0.1:${stand.gateway.port}${path}`;
        const answers = await Promise.all([
          fetch(url, { headers: { authorization: `Bearer ${text}` } }),
          fetch(`${url}&token=${encodeURIComponent(text)}`),
        ]);
        for (const answer of answers) {
          expect(answer.status, name).toBe(401);
          expect(answer.headers.get('www-authenticate')).toBe('Bearer');
          expect(await answer.json()).toMatchObject({ type: 'error', code, temporary: false });
        }
      }
    }
  });
});

describe('what is good is taken', () => {
  test.each<[string, () => string]>([
    ['nbf 28 s ahead', () => good({ nbf: nowS() + 28 })],
    ['the second key', () => signed(issuer.keys[1]!, issuer.claims(ALL))],
    ['an audience among several', () => good({ aud: ['x', 'tapecast'] })],
  ])('%s', async (_, token) => {
    const client = await StreamClient.open(stand.gateway.port, undefined, `?token=${token()}`);
    expect((await client.subscribe(1, ['AAPL$US'], ['quote'])).results[0]).toMatchObject({ ok: true });
    client.close();
    const answer = await fetch(`http://127.0.0.1:${stand.gateway.port}/v1/snapshot?symbols=AAPL$US`, {
      headers: { authorization: `bearer ${token()}` },
    });
    expect(await answer.json()).toMatchObject({ results: [{ ok: true }] });
  });

  test('resume brings back what the token allows, and no more', async () => {
    const token = signed(issuer.keys[0]!, issuer.claims({ channels: ['quote'], symbols: ['AAPL$US'] }));
    const client = await StreamClient.open(stand.gateway.port, undefined, `?token=${token}`);
    const positions = ['quote', 'trade'].map((channel) => ({ symbol: 'AAPL$US', channel, epoch: '', seq: 0 }));
    const { results } = await client.ask({ action: 'resume', id: 1, positions, more: false });
    expect(results).toMatchObject([
      { ok: true, outcome: 'keyframe' },
      { ok: false, code: 'forbidden' },
    ]);
    client.close();
  });
});

describe('a token in the wrong place is none', () => {
  test('on REST', async () => {
    const url = `http://127.0.0.1:${stand.gateway.port}/v1/snapshot?symbols=AAPL$US`;
    const asked: [string, Record<string, string>][] = [
      [url, {}],
      [url, { cookie: `token=${good()}` }],
      [url, { authorization: good() }],
      [url, { authorization: `Basic ${Buffer.from(`alice:${good()}`).toString('base64')}` }],
      [url, { 'x-authorization': `Bearer ${good()}` }],
      [`${url}&access_token=${good()}`, {}],
      [`${url}&token=`, {}],
    ];
    for (const [address, headers] of asked) {
      const answer = await fetch(address, { headers });
      expect([answer.status, (await answer.json()).code], JSON.stringify(Object.keys(headers))).toEqual([
        401,
        'unauthorized',
      ]);
    }
    const blank = await fetch(url, { headers: { authorization: 'Bearer' } });
    expect([blank.status, (await blank.json()).code]).toEqual([401, 'token_invalid']);
    const spaced = await fetch(`${url}&token=${good()}`, { headers: { authorization: 'Bearer a b' } });
    expect([spaced.status, (await spaced.json()).code]).toEqual([401, 'token_invalid']);
  });

  test('on the stream', async () => {
    const client = await StreamClient.open(stand.gateway.port, undefined, `?access_token=${good()}`);
    client.socket.send(
      JSON.stringify({ action: 'subscribe', id: 1, token: good(), symbols: ['AAPL$US'], channels: ['quote'] }),
    );
    expect(await client.next(({ id }: Wire) => id === 1)).toMatchObject({ type: 'error', code: 'unauthorized' });
    client.socket.send(JSON.stringify({ action: 'auth', id: 2, token: [good()] }));
    expect(await client.next(({ id }: Wire) => id === 2)).toMatchObject({ type: 'error', code: 'bad_request' });
    client.close();
    const asProtocol = new StreamClient(streamUrl(), good());
    await asProtocol.closed();
    expect(asProtocol.messages).toEqual([]);
  });

  test('longer than a token may be', async () => {
    const client = await StreamClient.open(stand.gateway.port);
    expect(await client.ask({ action: 'auth', id: 1, token: `${good()}${'A'.repeat(9_000)}` })).toMatchObject({
      type: 'error',
      code: 'token_invalid',
    });
    client.socket.send(JSON.stringify({ action: 'auth', id: 2, token: 'A'.repeat(13_000) }));
    expect(await client.closed()).toBe(4006);
    const rest = await fetch(
      `http://127.0.0.1:${stand.gateway.port}/v1/snapshot?symbols=AAPL$US&token=${'A'.repeat(9_000)}`,
    ).then(
      ({ status }) => status,
      () => 0, // The socket library ends what has longer headers than it reads.
    );
    expect([0, 401, 414, 431]).toContain(rest);
  });
});

test('no token, good or bad, and no part of one is in a log line or a metric', async () => {
  // What a token's header begins with, in base64url.
  const text = `${logged.join('\n')}${await stand.metrics.metrics()}`;
  expect(text).not.toMatch(/eyJ|garbage|mallory/);
  const admissions = text.split('\n').filter((line) => line.startsWith('tapecast_gateway_admissions_total'));
  expect(admissions).toHaveLength(24);
  expect(admissions.find((line) => line.includes('place="handshake",outcome="token_expired"'))).toMatch(/ 4$/);
});
