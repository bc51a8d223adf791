import { writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { createTokenVerifier, hashSecret } from '@tapecast/access';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { CONNECTIONS_PER_ADDRESS_MAX, FAILURES_PER_ADDRESS_MAX } from '../src/limits.ts';
import { basic, clientNamed, ISSUER, SECRET, type Stand, type StandOptions, startStand } from './harness.ts';

let stand: Stand;
afterEach(() => stand?.stop());
const start = async (options?: StandOptions): Promise<Stand> => {
  stand = await startStand(options);
  return stand;
};
const mine = { client_id: 'broker', client_secret: SECRET };
const metric = async (name: string): Promise<number> =>
  Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(await stand.metrics.metrics())?.[1]);

describe('a token', () => {
  it('is one that gateways accept, says what was asked for, and is nobody’s to store', async () => {
    const { auth, ask } = await start();
    const answer = await ask({
      ...mine,
      subject: 'customer 7',
      channels: 'trade,depth',
      symbols: 'AAPL$US *$HK',
      limits: '{"symbols":10}',
      expires_in: '60',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: 60 });
    const verifier = createTokenVerifier({
      jwks: `${auth.url}/.well-known/jwks.json`,
      issuer: ISSUER,
      audience: 'tapecast',
      algorithms: ['EdDSA'],
      nowMs: Date.now,
    });
    const verdict = await verifier.verify(String(answer.body.access_token));
    verifier.close();
    if (!('grant' in verdict)) expect.fail(verdict.msg);
    expect(verdict.grant.subject).toBe('customer 7');
    expect(verdict.grant.limits).toEqual({ symbols: 10 });
    expect(verdict.grant.mayRead('AAPL$US', 'trade')).toBe(true);
    expect(verdict.grant.mayRead('700$HK', 'depth@5')).toBe(true);
    expect(verdict.grant.mayRead('AAPL$US', 'quote')).toBe(false);
    expect(verdict.grant.mayRead('MSFT$US', 'trade')).toBe(false);
  });

  it('has all that its client may grant where nothing is asked for, for five minutes', async () => {
    const most = { channels: ['quote'], symbols: ['*$US'], limits: { connections: 3 } };
    const { ask } = await start({ clients: [await clientNamed('broker', most)] });
    const { body } = await ask(mine);
    const claims = decodeJwt(String(body.access_token));
    expect(claims).toMatchObject({ sub: 'broker', client_id: 'broker', iss: ISSUER, aud: 'tapecast', tapecast: most });
    expect(claims.exp! - claims.iat!).toBe(300);
    expect(decodeProtectedHeader(String(body.access_token))).toMatchObject({ alg: 'EdDSA' });
  });

  it.each([
    [{ channels: 'trade' }, /may not grant channel trade/],
    [{ channels: 'depth@50' }, /may not grant channel depth@50/],
    [{ channels: 'kline' }, /may not grant channel kline/],
    [{ channels: '*' }, /may not grant channel \*/],
    [{ symbols: '*' }, /may not grant symbol \*/],
    [{ symbols: '*$HK' }, /may not grant symbol \*\$HK/],
    [{ symbols: 'AAPL$US 600519.SH' }, /may not grant symbol 600519.SH/],
    [{ limits: '{"symbols":101}' }, /limits.symbols up to 100/],
    [{ expires_in: '61' }, /expires_in is at most 60/],
    [{ channels: 'nonsense' }, /channel .nonsense. is none/],
    [{ symbols: 'AAPL' }, /symbol .AAPL. is none/],
    [{ scope: 'all' }, /there is no scope here/],
  ])('for more than its client may grant is refused: %j', async (asked, why) => {
    const most = {
      channels: ['quotes', 'depth', 'kline@1'],
      symbols: ['*$US', '700$HK'],
      limits: { symbols: 100 },
      expires_in_max: 60,
    };
    const { ask } = await start({ clients: [await clientNamed('broker', most)] });
    const { status, body } = await ask({ ...mine, ...asked } as Record<string, string>);
    expect([status, body.error]).toEqual([400, 'invalid_scope']);
    expect(body.error_description).toMatch(why);
  });

  it('is given for the same in other words', async () => {
    const most = { channels: ['depth@50', 'kline'], symbols: ['600519$SH'] };
    const { ask } = await start({ clients: [await clientNamed('broker', most)] });
    expect((await ask({ ...mine, channels: 'depth kline@2', symbols: '600519.SH' })).status).toBe(200);
  });

  it.each([
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ grant_type: '' }, 'unsupported_grant_type'],
    [{ expires_in: '0' }, 'invalid_request'],
    [{ expires_in: '1.5' }, 'invalid_request'],
    [{ expires_in: '-1' }, 'invalid_request'],
    [{ subject: '' }, 'invalid_request'],
    [{ subject: 'a\u0000b' }, 'invalid_request'],
    [{ subject: 'x'.repeat(257) }, 'invalid_request'],
    [{ channels: ' ' }, 'invalid_request'],
    [{ limits: 'no json' }, 'invalid_request'],
    [{ limits: '{"unknown":1}' }, 'invalid_request'],
    [{ limits: '{"symbols":0}' }, 'invalid_request'],
  ])('is not made of a bad request: %j', async (asked, error) => {
    const { ask } = await start();
    const { status, body } = await ask({ ...mine, ...asked } as Record<string, string>);
    expect([status, body.error]).toEqual([400, error]);
    expect(JSON.stringify(body)).not.toContain(SECRET);
  });
});

describe('a client', () => {
  it('names itself by HTTP Basic, form-encoded, or in a form, or in JSON, and not twice', async () => {
    const { ask, auth } = await start();
    expect((await ask({}, basic('broker', SECRET))).status).toBe(200);
    expect((await ask({ client_id: 'broker' }, basic('broker', SECRET))).status).toBe(200);
    expect((await ask(mine)).status).toBe(200);
    const post = (body: string, headers: Record<string, string>) =>
      fetch(`${auth.url}/v1/token`, { method: 'POST', body, headers });
    const content = { grant_type: 'client_credentials', ...mine, channels: ['trade'], limits: { symbols: 2 } };
    const json = await post(JSON.stringify(content), { 'content-type': 'application/json; charset=utf-8' });
    expect(json.status).toBe(200);
    expect((await ask(mine, basic('broker', SECRET))).body.error).toBe('invalid_request');
    expect((await ask({ client_id: 'other' }, basic('broker', SECRET))).body.error).toBe('invalid_request');
    const form = 'application/x-www-form-urlencoded';
    for (const [body, type] of [
      [`grant_type=client_credentials&client_id=broker&client_id=broker&client_secret=${SECRET}`, form],
      ['grant_type=client_credentials', 'text/plain'],
      ['[1]', 'application/json'],
      ['{"grant_type":', 'application/json'],
      ['null', 'application/json'],
    ] as const)
      expect((await (await post(body, { 'content-type': type })).json()) as object).toMatchObject({
        error: 'invalid_request',
      });
  });

  it('that is wrong, unknown or unnamed is refused alike, and told how to come', async () => {
    const { ask, log } = await start();
    const wrong = await ask({}, basic('broker', 'not-it-not-it'));
    const nobody = await ask({}, basic('nobody', SECRET));
    for (const answer of [wrong, nobody]) {
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    }
    expect(wrong.body).toEqual(nobody.body);
    expect([(await ask({})).status, (await ask({ client_id: 'broker' })).status]).toEqual([401, 401]);
    expect((await ask({}, { authorization: 'Bearer abc' })).status).toBe(401);
    expect((await ask({}, { authorization: 'Basic !!!' })).status).toBe(401);
    expect(log()).not.toMatch(/not-it-not-it|correct-horse/);
  });

  it('costs one scrypt, however many tokens it asks for and however many at once', async () => {
    const { ask } = await start();
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask(mine)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await metric('tapecast_auth_secret_checks_total')).toBe(1);
    // A wrong one, once the right one is known, is known to be wrong.
    expect((await ask({ ...mine, client_secret: 'wrong' })).status).toBe(401);
    expect(await metric('tapecast_auth_secret_checks_total')).toBe(1);
  });

  it('that tries secrets is stopped, and others with the right one are not', async () => {
    const { ask, log } = await start({ clients: [await clientNamed('broker'), await clientNamed('other')] });
    expect((await ask(mine)).status).toBe(200);
    for (let i = 0; i < FAILURES_PER_ADDRESS_MAX; i += 1)
      expect((await ask({ ...mine, client_secret: `guess-${i}` })).status).toBe(401);
    const stopped = await ask({ ...mine, client_secret: 'guess-again' });
    expect([stopped.status, stopped.body.error]).toEqual([429, 'temporarily_unavailable']);
    expect(Number(stopped.headers.get('retry-after'))).toBeGreaterThan(50);
    // Also the right secret of a client that was not seen before: else it would be a way to try.
    expect((await ask({ client_id: 'other', client_secret: SECRET })).status).toBe(429);
    expect((await ask(mine)).status).toBe(200);
    expect(await metric('tapecast_auth_tokens_refused_total{reason="too_many_failures"}')).toBe(2);
    expect(log()).not.toMatch(/guess-|correct-horse/);
  });

  it('is counted by the address that a trusted proxy names', async () => {
    const { ask } = await start({ config: { trustedProxies: ['127.0.0.1'] } });
    const from = (address: string) => ({ 'x-forwarded-for': `10.9.9.9, ${address}` });
    for (let i = 0; i < FAILURES_PER_ADDRESS_MAX; i += 1)
      await ask({ client_id: `n${i}`, client_secret: 'x' }, from('192.0.2.1'));
    expect((await ask(mine, from('192.0.2.1'))).status).toBe(429);
    expect((await ask(mine, from('192.0.2.2'))).status).toBe(200);
  });

  it('is another when the file changes, and the same when the file is bad', async () => {
    const { ask, clientsFile, log } = await start();
    expect((await ask(mine)).status).toBe(200);
    const file = (clients: object[]) => writeFileSync(clientsFile, JSON.stringify({ clients }));
    const both = [await hashSecret(SECRET), await hashSecret('the-new-secret')];
    file([await clientNamed('broker', { secret_hashes: both })]);
    await expect.poll(async () => (await ask({ ...mine, client_secret: 'the-new-secret' })).status).toBe(200);
    expect((await ask(mine)).status).toBe(200);
    file([await clientNamed('broker', { secret_hashes: ['the-new-secret'] })]);
    await expect.poll(log).toContain('clients_refused');
    expect((await ask(mine)).status).toBe(200);
    expect(log()).not.toContain('the-new-secret');
    file([]);
    await expect.poll(async () => (await ask(mine)).status).toBe(401);
  });
});

describe('the server', () => {
  it('publishes its keys for as long as verifiers may keep them', async () => {
    const { auth } = await start();
    const response = await fetch(`${auth.url}/.well-known/jwks.json`);
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    const { keys } = (await response.json()) as { keys: Record<string, string>[] };
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    expect((await fetch(`${auth.url}/.well-known/jwks.json`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${auth.url}/.well-known/jwks.json`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${auth.url}/v1/token?${new URLSearchParams(mine)}`)).status).toBe(405);
    expect((await fetch(`${auth.url}/v1/elsewhere`)).status).toBe(404);
  });

  it('takes a key out at once when an operator says so', async () => {
    const { auth, ask } = await start();
    const before = decodeProtectedHeader(String((await ask(mine)).body.access_token)).kid!;
    const call = (route: string, url: string) => auth.routes[route]!({ url } as never);
    expect(await call('POST /keys/revoke', '/keys/revoke?kid=none')).toMatchObject({ status: 404 });
    expect(await call('POST /keys/revoke', `/keys/revoke?kid=${before}`)).toMatchObject({ status: 200 });
    const after = decodeProtectedHeader(String((await ask(mine)).body.access_token)).kid;
    expect(after).not.toBe(before);
    const jwks = await (await fetch(`${auth.url}/.well-known/jwks.json`)).text();
    expect(jwks).not.toContain(before);
    expect(jwks).toContain(after);
    const listed = JSON.parse((await call('GET /keys', '/keys')).body) as object[];
    expect(listed).toHaveLength(2);
    expect(JSON.stringify(listed)).not.toMatch(/"[dx]"/);
  });

  it('reads no more of a body than it may be long, however it comes', async () => {
    const { auth } = await start();
    const big = await fetch(`${auth.url}/v1/token`, { method: 'POST', body: 'x'.repeat(20_000) });
    expect(big.status).toBe(413);
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(4_096)),
    });
    const streamed = await fetch(`${auth.url}/v1/token`, {
      method: 'POST',
      body: endless,
      duplex: 'half',
    } as RequestInit).then(
      ({ status }) => status,
      // Cut off while it still sends: that is allowed to look like this.
      () => 413,
    );
    expect(streamed).toBe(413);
    expect((await fetch(`${auth.url}/.well-known/jwks.json`)).status).toBe(200);
  });

  it('closes what is more than one address may have open', async () => {
    const { auth } = await start();
    const sockets = await Promise.all(
      Array.from({ length: CONNECTIONS_PER_ADDRESS_MAX + 5 }, async () => {
        const socket = createConnection({ host: '127.0.0.1', port: auth.port });
        socket.on('error', () => undefined);
        const closed = new Promise((resolve) => socket.once('close', resolve));
        await new Promise((resolve) => socket.once('connect', resolve));
        return { socket, closed };
      }),
    );
    let gone = 0;
    for (const { closed } of sockets) void closed.then(() => (gone += 1));
    await expect.poll(() => gone).toBe(5);
    for (const { socket } of sockets) socket.destroy();
    await Promise.all(sockets.map(({ closed }) => closed));
    await expect
      .poll(() =>
        fetch(`${auth.url}/.well-known/jwks.json`).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
  });
});
