import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTokenVerifier, type TokenVerifier, type TokenVerifierOptions } from '../src/index.ts';
import { EXPIRY_AHEAD_S_MAX, TOKEN_LENGTH_MAX } from '../src/limits.ts';
import { AUDIENCE, goodClaims, hmacSigned, ISSUER, jwkOf, newKey, signed, unsigned } from './token-issuer.ts';

const NOW_S = 1_800_000_000;
const NOW_MS = NOW_S * 1000;
const key = newKey('one');
const other = newKey('two');
const stranger = newKey('one');
let folder: string;
let jwks: string;
const open: TokenVerifier[] = [];

async function verifier(options: Partial<TokenVerifierOptions> = {}): Promise<TokenVerifier> {
  const made = createTokenVerifier({
    jwks,
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['EdDSA'],
    nowMs: () => NOW_MS,
    ...options,
  });
  open.push(made);
  await made.open();
  return made;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'access-'));
  jwks = join(folder, 'jwks.json');
  await writeFile(jwks, JSON.stringify({ keys: [jwkOf(key), jwkOf(other)] }));
});
afterEach(() => {
  for (const made of open.splice(0)) made.close();
});
afterAll(() => rm(folder, { recursive: true }));

const claims = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...goodClaims(NOW_MS),
  ...changes,
});
const good = (): string => signed(key, claims());
/** A header that is one list in another, as often as fits. */
const deep = (): string =>
  Buffer.from(`{"alg":"EdDSA","kid":"one","a":${'['.repeat(3_000)}${']'.repeat(3_000)}}`).toString('base64url');
const publicPem = key.publicKey.export({ type: 'spki', format: 'pem' });
const publicRaw = Buffer.from(String(key.publicKey.export({ format: 'jwk' }).x), 'base64url');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed448 = generateKeyPairSync('ed448');

/** Name, token, and the code and words of the answer. */
const REFUSED: [string, () => string, string, RegExp][] = [
  ['empty', () => '', 'token_invalid', /three parts/],
  ['garbage', () => 'not a token', 'token_invalid', /three parts/],
  ['two parts', () => good().split('.').slice(0, 2).join('.'), 'token_invalid', /three parts/],
  ['four parts', () => `${good()}.AAAA`, 'token_invalid', /three parts/],
  ['encrypted (five parts)', () => 'a.b.c.d.e', 'token_invalid', /three parts/],
  ['as deep as it is long', () => `${deep()}.e30.AAAA`, 'token_invalid', /signature/],
  ['blanks around', () => ` ${good()}`, 'token_invalid', /three parts/],
  ['oversized', () => `${good()}${'A'.repeat(TOKEN_LENGTH_MAX)}`, 'token_invalid', /at most 8192/],
  ['truncated signature', () => good().slice(0, -10), 'token_invalid', /signature/],
  [
    'signature of another token',
    () => `${good().split('.').slice(0, 2).join('.')}.${signed(key, claims({ sub: 'x' })).split('.')[2]}`,
    'token_invalid',
    /signature/,
  ],
  [
    'payload replaced',
    () => {
      const [head, , signature] = good().split('.');
      return `${head}.${Buffer.from(JSON.stringify(claims({ sub: 'mallory' }))).toString('base64url')}.${signature}`;
    },
    'token_invalid',
    /signature/,
  ],
  ['signed by a stranger under a known kid', () => signed(stranger, claims()), 'token_invalid', /signature/],
  ['alg none, unsigned', () => unsigned(claims(), { alg: 'none' }), 'token_invalid', /three parts/],
  [
    'alg none with the signature of a good one',
    () => {
      const head = Buffer.from('{"alg":"none"}').toString('base64url');
      return [head, ...good().split('.').slice(1)].join('.');
    },
    'token_invalid',
    /EdDSA/,
  ],
  ['alg None in another case', () => `${unsigned(claims(), { alg: 'nOnE', kid: 'one' })}AA`, 'token_invalid', /EdDSA/],
  [
    'HS256 with the public key as PEM',
    () => hmacSigned(publicPem, claims(), { alg: 'HS256', kid: 'one' }),
    'token_invalid',
    /EdDSA/,
  ],
  [
    'HS256 with the public key as bytes',
    () => hmacSigned(publicRaw, claims(), { alg: 'HS256', kid: 'one' }),
    'token_invalid',
    /EdDSA/,
  ],
  [
    'an HMAC that says EdDSA',
    () => hmacSigned(publicRaw, claims(), { alg: 'EdDSA', kid: 'one' }),
    'token_invalid',
    /signature/,
  ],
  [
    'RS256 where it is not pinned',
    () => {
      const head = `${Buffer.from('{"alg":"RS256","kid":"one"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims())).toString('base64url')}`;
      return `${head}.${sign('sha256', Buffer.from(head), rsa.privateKey).toString('base64url')}`;
    },
    'token_invalid',
    /EdDSA/,
  ],
  [
    'Ed448',
    () => {
      const head = `${Buffer.from('{"alg":"EdDSA","kid":"one"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims())).toString('base64url')}`;
      return `${head}.${sign(null, Buffer.from(head), ed448.privateKey).toString('base64url')}`;
    },
    'token_invalid',
    /signature/,
  ],
  ['alg as a list', () => signed(key, claims(), { alg: ['EdDSA'], kid: 'one' }), 'token_invalid', /EdDSA/],
  ['no alg', () => signed(key, claims(), { kid: 'one' }), 'token_invalid', /EdDSA/],
  [
    'its own key in jwk',
    () => signed(stranger, claims(), { alg: 'EdDSA', kid: 'one', jwk: jwkOf(stranger) }),
    'token_invalid',
    /signature/,
  ],
  [
    'its own key at jku',
    () => signed(stranger, claims(), { alg: 'EdDSA', kid: 'one', jku: 'https://mallory.test/jwks' }),
    'token_invalid',
    /signature/,
  ],
  [
    'its own key at x5u',
    () => signed(stranger, claims(), { alg: 'EdDSA', kid: 'one', x5u: 'https://mallory.test/pem' }),
    'token_invalid',
    /signature/,
  ],
  ['kid unknown', () => signed(newKey('three'), claims()), 'token_invalid', /key that its issuer does not have/],
  ['kid missing, several keys', () => signed(key, claims(), { alg: 'EdDSA' }), 'token_invalid', /names no key \(kid\)/],
  ['kid of another key', () => signed(key, claims(), { alg: 'EdDSA', kid: 'two' }), 'token_invalid', /signature/],
  ['kid a number', () => signed(key, claims(), { alg: 'EdDSA', kid: 1 }), 'token_invalid', /kid/],
  [
    'kid a path',
    () => signed(key, claims(), { alg: 'EdDSA', kid: '../../etc/passwd' }),
    'token_invalid',
    /does not have/,
  ],
  [
    'kid of an object',
    () => signed(key, claims(), { alg: 'EdDSA', kid: '__proto__' }),
    'token_invalid',
    /does not have/,
  ],
  ['kid endless', () => signed(key, claims(), { alg: 'EdDSA', kid: 'k'.repeat(300) }), 'token_invalid', /kid/],
  [
    'crit',
    () => signed(key, claims(), { alg: 'EdDSA', kid: 'one', crit: ['b64'], b64: false }),
    'token_invalid',
    /crit/,
  ],
  [
    'a name twice in the header',
    () => signed(key, claims(), '{"alg":"none","kid":"one","alg":"EdDSA"}'),
    'token_invalid',
    /header .* twice/,
  ],
  ['a header that is a list', () => signed(key, claims(), '["EdDSA"]'), 'token_invalid', /header/],
  ['a header that is no JSON', () => signed(key, claims(), '{alg:EdDSA}'), 'token_invalid', /header/],
  [
    'a claim twice',
    () => signed(key, `{"sub":"bob",${JSON.stringify(claims()).slice(1)}`),
    'token_invalid',
    /claim twice/,
  ],
  [
    'a claim twice, once escaped',
    () => signed(key, `{"s\\u0075b":"bob",${JSON.stringify(claims()).slice(1)}`),
    'token_invalid',
    /claim twice/,
  ],
  [
    'a claim twice, inside',
    () => signed(key, JSON.stringify(claims()).replace('"channels"', '"channels":["*"],"channels"')),
    'token_invalid',
    /claim twice/,
  ],
  ['claims that are a list', () => signed(key, []), 'token_invalid', /no JWT|not as expected|missing/],
  ['claims that are no JSON', () => signed(key, '{'), 'token_invalid', /no JWT/],
  ['wrong audience', () => signed(key, claims({ aud: 'other' })), 'token_invalid', /aud of the token is not/],
  ['audience missing', () => signed(key, claims({ aud: undefined })), 'token_invalid', /aud of the token/],
  [
    'audience that only begins so',
    () => signed(key, claims({ aud: 'tapecast-admin' })),
    'token_invalid',
    /aud of the token/,
  ],
  ['wrong issuer', () => signed(key, claims({ iss: `${ISSUER}/` })), 'token_invalid', /iss of the token/],
  ['issuer missing', () => signed(key, claims({ iss: undefined })), 'token_invalid', /iss of the token/],
  ['sub missing', () => signed(key, claims({ sub: undefined })), 'token_invalid', /sub of the token is missing/],
  ['sub a number', () => signed(key, claims({ sub: 7 })), 'token_invalid', /sub/],
  ['sub an object', () => signed(key, claims({ sub: { toString: 'alice' } })), 'token_invalid', /sub/],
  ['sub empty', () => signed(key, claims({ sub: '' })), 'token_invalid', /sub/],
  ['sub endless', () => signed(key, claims({ sub: 's'.repeat(300) })), 'token_invalid', /sub/],
  ['exp missing', () => signed(key, claims({ exp: undefined })), 'token_invalid', /exp of the token is missing/],
  [
    'exp a text',
    () => signed(key, claims({ exp: String(NOW_S + 60) })),
    'token_invalid',
    /exp of the token has the wrong type/,
  ],
  [
    'exp past what a number holds',
    () => signed(key, JSON.stringify(claims()).replace(/"exp":\d+/, '"exp":1e999')),
    'token_invalid',
    /exp/,
  ],
  [
    'exp too far ahead',
    () => signed(key, claims({ exp: NOW_S + EXPIRY_AHEAD_S_MAX + 1 })),
    'token_invalid',
    /366 days/,
  ],
  ['exp in milliseconds', () => signed(key, claims({ exp: NOW_MS + 60_000 })), 'token_invalid', /366 days/],
  ['expired this moment', () => signed(key, claims({ exp: NOW_S })), 'token_expired', /expired/],
  [
    'expired a second ago: the tolerance is not for exp',
    () => signed(key, claims({ exp: NOW_S - 1 })),
    'token_expired',
    /expired/,
  ],
  ['expired 29 s ago', () => signed(key, claims({ exp: NOW_S - 29 })), 'token_expired', /expired/],
  ['expired long ago', () => signed(key, claims({ exp: 1 })), 'token_expired', /expired/],
  ['nbf 31 s ahead', () => signed(key, claims({ nbf: NOW_S + 31 })), 'token_not_yet_valid', /nbf/],
  ['iat 31 s ahead', () => signed(key, claims({ iat: NOW_S + 31 })), 'token_not_yet_valid', /iat/],
  ['nbf a text', () => signed(key, claims({ nbf: 'now' })), 'token_invalid', /nbf/],
  ['iat a text', () => signed(key, claims({ iat: 'now' })), 'token_invalid', /iat/],
  [
    'a restriction that is not known here',
    () => signed(key, claims({ tapecast: { channels: ['*'], symbols: ['*'], deny: ['AAPL$US'] } })),
    'token_invalid',
    /deny/,
  ],
  [
    'a limit of 0',
    () => signed(key, claims({ tapecast: { limits: { connections: 0 } } })),
    'token_invalid',
    /connections/,
  ],
  [
    'channels as a text',
    () => signed(key, claims({ tapecast: { channels: '*', symbols: ['*'] } })),
    'token_invalid',
    /channels/,
  ],
];

describe('refused, each with its answer', () => {
  test.each(REFUSED)('%s', async (_, token, code, words) => {
    const text = token();
    const verdict = await (await verifier({ limits: { fileCooldownMs: 1 } })).verify(text);
    expect(verdict).toMatchObject({ code, msg: expect.stringMatching(words) });
    for (const part of text.split('.')) if (part.length > 8) expect(JSON.stringify(verdict)).not.toContain(part);
  });
});

describe('taken', () => {
  test.each([
    ['as it should be', () => good()],
    ['nbf 29 s ahead', () => signed(key, claims({ nbf: NOW_S + 29 }))],
    ['iat 29 s ahead', () => signed(key, claims({ iat: NOW_S + 29 }))],
    ['an audience among several', () => signed(key, claims({ aud: ['other', 'tapecast'] }))],
    ['exp in parts of a second', () => signed(key, claims({ exp: NOW_S + 0.5 }))],
    ['another known key', () => signed(other, claims())],
    [
      'headers that bring a key, which are not read',
      () => signed(key, claims(), { alg: 'EdDSA', kid: 'one', jku: 'https://x.test', typ: 'JWT' }),
    ],
    ['claims of others', () => signed(key, claims({ email: 'a@b.test', roles: { sub: 'x' } }))],
  ])('%s', async (_, token) => {
    expect(await (await verifier()).verify(token())).toMatchObject({ grant: { subject: 'alice' } });
  });

  test('without kid where there is one key', async () => {
    const path = join(folder, 'single.json');
    await writeFile(path, JSON.stringify({ keys: [jwkOf(key, { kid: undefined })] }));
    expect(await (await verifier({ jwks: path })).verify(signed(key, claims(), { alg: 'EdDSA' }))).toHaveProperty(
      'grant',
    );
  });

  test('remembered ones only until their exp, and only while their key is there', async () => {
    let nowMs = NOW_MS;
    const path = join(folder, 'leaving.json');
    await writeFile(path, JSON.stringify({ keys: [jwkOf(key)] }));
    const one = await verifier({ jwks: path, nowMs: () => nowMs, limits: { fileCheckMs: 10, fileCooldownMs: 1 } });
    const token = signed(key, claims({ exp: NOW_S + 10 }));
    const first = await one.verify(token);
    expect(await one.verify(token)).toEqual(first);
    nowMs = NOW_MS + 9_999;
    expect(await one.verify(token)).toHaveProperty('grant');
    nowMs = NOW_MS + 10_000;
    expect(await one.verify(token)).toMatchObject({ code: 'token_expired' });
    nowMs = NOW_MS;
    expect(await one.verify(token)).toHaveProperty('grant');
    await writeFile(`${path}.new`, JSON.stringify({ keys: [jwkOf(other)] }));
    await rename(`${path}.new`, path);
    await expect.poll(async () => one.verify(token)).toMatchObject({ code: 'token_invalid' });
  });
});

test('the oldest are forgotten where no more may be remembered: all are answered the same', async () => {
  const tokens = Array.from({ length: 12 }, (_, i) => signed(key, claims({ sub: `user-${i}` })));
  const one = await verifier({ rememberedLengthMax: 3 * (tokens[0]?.length ?? 0) + 10 });
  for (const token of [...tokens, ...tokens.slice(-2), ...tokens]) {
    const verdict = await one.verify(token);
    expect(verdict).toMatchObject({ grant: { subject: `user-${tokens.indexOf(token)}` } });
  }
  const concurrent = await Promise.all(Array.from({ length: 20 }, () => one.verify(tokens[0] ?? '')));
  expect(concurrent.filter((verdict) => 'code' in verdict)).toEqual([]);
});

describe('keys that do not count', () => {
  test.each([
    ['for encryption', () => jwkOf(key, { use: 'enc' })],
    ['not for verifying', () => jwkOf(key, { key_ops: ['sign'] })],
    ['of another algorithm', () => jwkOf(key, { alg: 'ES256' })],
    ['of another curve', () => ({ ...ed448.publicKey.export({ format: 'jwk' }), kid: 'one' })],
    [
      'of another kind',
      () => ({ ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }), kid: 'one' }),
    ],
    ['symmetric', () => ({ kty: 'oct', k: publicRaw.toString('base64url'), kid: 'one', alg: 'EdDSA' })],
    ['not a point', () => jwkOf(key, { x: 'AAAA' })],
    ['none', () => null],
  ])('%s', async (_, jwk) => {
    const path = join(folder, 'odd.json');
    await writeFile(path, JSON.stringify({ keys: [jwk(), jwkOf(other)] }));
    const one = await verifier({ jwks: path, limits: { fileCooldownMs: 1 } });
    expect(one.keys).toBe(1);
    expect(await one.verify(good())).toMatchObject({ code: 'token_invalid' });
    expect(await one.verify(signed(other, claims()))).toHaveProperty('grant');
  });

  test('weak RSA, and keys of pinned RSA and EC', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const path = join(folder, 'rsa.json');
    const jwkFrom = (from: typeof rsa, kid: string): object => ({ ...from.publicKey.export({ format: 'jwk' }), kid });
    await writeFile(path, JSON.stringify({ keys: [jwkFrom(weak, 'weak'), jwkFrom(rsa, 'rsa'), jwkFrom(ec, 'ec')] }));
    const one = await verifier({ jwks: path, algorithms: ['RS256', 'ES256'], limits: { fileCooldownMs: 1 } });
    const token = (kid: string, alg: string, from: typeof rsa): string => {
      const head = `${Buffer.from(JSON.stringify({ alg, kid })).toString('base64url')}.${Buffer.from(JSON.stringify(claims())).toString('base64url')}`;
      const signature = sign('sha256', Buffer.from(head), { key: from.privateKey, dsaEncoding: 'ieee-p1363' });
      return `${head}.${signature.toString('base64url')}`;
    };
    expect(await one.verify(token('weak', 'RS256', weak))).toMatchObject({ code: 'token_invalid' });
    expect(await one.verify(token('rsa', 'RS256', rsa))).toHaveProperty('grant');
    expect(await one.verify(token('ec', 'ES256', ec))).toHaveProperty('grant');
    expect(await one.verify(token('rsa', 'PS256', rsa))).toMatchObject({ code: 'token_invalid' });
  });

  test('a private key by mistake: its public part verifies', async () => {
    const path = join(folder, 'private.json');
    await writeFile(path, JSON.stringify({ keys: [{ ...key.privateKey.export({ format: 'jwk' }), kid: 'one' }] }));
    expect(await (await verifier({ jwks: path })).verify(good())).toHaveProperty('grant');
  });
});
