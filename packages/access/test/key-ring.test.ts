import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createTokenVerifier, type FetchOutcome, type KeyLimits, type TokenVerifier } from '../src/index.ts';
import { AUDIENCE, goodClaims, ISSUER, jwkOf, KeyServer, newKey, type SigningKey, signed } from './token-issuer.ts';

const one = newKey('one');
const two = newKey('two');
const ends: (() => unknown)[] = [];
const outcomes: FetchOutcome[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  outcomes.length = 0;
});

async function serve(keys: SigningKey[], port?: number): Promise<KeyServer> {
  const server = await KeyServer.open(
    keys.map((key) => jwkOf(key)),
    port,
  );
  ends.push(() => server.close());
  return server;
}

function verifierOf(jwks: string, limits: Partial<KeyLimits> = {}): TokenVerifier {
  const verifier = createTokenVerifier({
    jwks,
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['EdDSA'],
    nowMs: () => Date.now(),
    limits: { cooldownMs: 50, ...limits },
    looked: (outcome) => outcomes.push(outcome),
  });
  ends.push(() => verifier.close());
  return verifier;
}

const token = (key: SigningKey, sub = 'alice'): string => signed(key, { ...goodClaims(Date.now()), sub });

describe('keys from an address', () => {
  test('are read once and used for all; a new one is fetched when a token names it', async () => {
    const server = await serve([one]);
    const verifier = verifierOf(server.url);
    await verifier.open();
    for (const sub of ['a', 'b', 'c']) expect(await verifier.verify(token(one, sub))).toHaveProperty('grant');
    expect(server.requests).toBe(1);
    server.keys = [jwkOf(one), jwkOf(two)];
    expect(await verifier.verify(token(two))).toHaveProperty('grant');
    expect(server.requests).toBe(2);
    expect(verifier.keys).toBe(2);
  });

  test('a storm of forged key ids costs one fetch, and known keys do not wait for it', async () => {
    const server = await serve([one]);
    const verifier = verifierOf(server.url);
    await verifier.open();
    const asked: (() => void)[] = [];
    server.misbehave = (response) => asked.push(() => response.end(JSON.stringify({ keys: [jwkOf(one)] })));
    const forged = Array.from({ length: 200 }, (_, i) => verifier.verify(token(newKey(`forged-${i}`))));
    await expect.poll(() => asked.length).toBe(1);
    expect(await verifier.verify(token(one))).toHaveProperty('grant');
    asked[0]?.();
    for (const verdict of await Promise.all(forged)) expect(verdict).toMatchObject({ code: 'token_invalid' });
    expect(server.requests).toBe(2);
  });

  test('each unknown key is looked for anew, also long after the last fetch', async () => {
    const server = await serve([one]);
    const verifier = verifierOf(server.url, { cooldownMs: 0 });
    await verifier.open();
    for (const kid of ['a', 'b', 'c']) {
      const key = newKey(kid);
      server.keys = [jwkOf(key)];
      expect(await verifier.verify(token(key))).toHaveProperty('grant');
    }
    expect(server.requests).toBe(4);
  });

  test('more tokens of unknown keys than may wait are told to come again', async () => {
    const server = await serve([one]);
    const verifier = verifierOf(server.url, { waitingMax: 3 });
    await verifier.open();
    const verdicts = await Promise.all(Array.from({ length: 10 }, (_, i) => verifier.verify(token(newKey(`n${i}`)))));
    expect(verdicts.map((verdict) => 'code' in verdict && verdict.code)).toEqual([
      ...Array.from({ length: 3 }, () => 'token_invalid'),
      ...Array.from({ length: 7 }, () => 'unavailable'),
    ]);
  });

  test('away at the start: unavailable, and good as soon as the issuer is there', async () => {
    const placeholder = await KeyServer.open([]);
    const { port, url } = placeholder;
    await placeholder.close();
    const verifier = verifierOf(url, { retryMsMin: 20, retryMsMax: 40 });
    await expect(verifier.open()).rejects.toMatchObject({ code: 'keys_unreachable' });
    expect(verifier.keysAgeMs).toBe(Infinity);
    expect(await verifier.verify(token(one))).toMatchObject({ code: 'unavailable' });
    await serve([one], port);
    await expect.poll(() => verifier.keys).toBe(1);
    expect(await verifier.verify(token(one))).toHaveProperty('grant');
  });

  test('away later: known keys go on working, unknown ones are unavailable', async () => {
    const server = await serve([one]);
    const verifier = verifierOf(server.url);
    await verifier.open();
    await server.close();
    ends.shift();
    expect(await verifier.verify(token(one))).toHaveProperty('grant');
    expect(await verifier.verify(token(two))).toMatchObject({ code: 'unavailable' });
    expect(await verifier.verify(token(one, 'bob'))).toHaveProperty('grant');
  });

  test('are fetched again before their max-age, so that a key that was withdrawn stops counting', async () => {
    const server = await serve([one, two]);
    server.cacheControl = 'public, max-age=0';
    const verifier = verifierOf(server.url, { maxAgeMsMin: 30 });
    await verifier.open();
    expect(await verifier.verify(token(one))).toHaveProperty('grant');
    server.keys = [jwkOf(two)];
    await expect.poll(() => verifier.keys).toBe(1);
    expect(await verifier.verify(token(one))).toMatchObject({ code: 'token_invalid' });
  });

  test.each<[string, FetchOutcome, (server: KeyServer) => void]>([
    [
      'an error status',
      'unreachable',
      (server) => (server.misbehave = (response) => response.writeHead(500).end('{"keys":[]}')),
    ],
    [
      'a redirect',
      'unreachable',
      (server) => (server.misbehave = (response) => response.writeHead(302, { location: '/elsewhere' }).end()),
    ],
    ['no JSON', 'invalid', (server) => (server.misbehave = (response) => response.end('<html>'))],
    ['no list of keys', 'invalid', (server) => (server.misbehave = (response) => response.end('{"keys":{}}'))],
    ['too many keys', 'invalid', (server) => (server.keys = Array.from({ length: 65 }, () => jwkOf(one)))],
    [
      'a document without end',
      'unreachable',
      (server) => (server.misbehave = (response) => response.write(' '.repeat(70_000))),
    ],
    [
      'an answer that never ends',
      'unreachable',
      (server) => (server.misbehave = (response) => response.write('{"keys":[')),
    ],
    [
      'an answer that is cut',
      'unreachable',
      (server) =>
        (server.misbehave = (response) => {
          response.write('{"keys":[');
          response.destroy();
        }),
    ],
  ])('%s changes nothing of what is known', async (_, outcome, misbehave) => {
    const server = await serve([one]);
    const verifier = verifierOf(server.url, { fetchMs: 300 });
    await verifier.open();
    misbehave(server);
    expect(await verifier.verify(token(two))).toMatchObject({ code: 'unavailable' });
    expect(outcomes).toEqual(['ok', outcome]);
    expect(await verifier.verify(token(one))).toHaveProperty('grant');
  });

  test('a rotation with overlap refuses nobody', async () => {
    const server = await serve([one]);
    server.cacheControl = 'max-age=300';
    const verifier = verifierOf(server.url, { cooldownMs: 20 });
    await verifier.open();
    let before = one;
    for (let i = 0; i < 10; i++) {
      const next = newKey(`rotated-${i}`);
      server.keys = [jwkOf(before), jwkOf(next)];
      const verdicts = await Promise.all([
        ...Array.from({ length: 20 }, (_, n) => verifier.verify(token(before, `s${i}-${n}`))),
        ...Array.from({ length: 20 }, (_, n) => verifier.verify(token(next, `s${i}-${n}`))),
      ]);
      expect(verdicts.filter((verdict) => 'code' in verdict)).toEqual([]);
      before = next;
    }
    expect(server.requests).toBeLessThanOrEqual(11);
  });
});

describe('keys from a file', () => {
  test('are read again when it changes, also half-written in between', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'access-'));
    ends.push(() => rm(folder, { recursive: true }));
    const path = join(folder, 'jwks.json');
    await writeFile(path, JSON.stringify({ keys: [jwkOf(one)] }));
    const verifier = verifierOf(path, { fileCheckMs: 10, retryMsMin: 10, retryMsMax: 10, fileCooldownMs: 5 });
    await verifier.open();
    const text = JSON.stringify({ keys: [jwkOf(two), jwkOf(one)] });
    await writeFile(path, text.slice(0, 100));
    await expect.poll(() => outcomes.includes('invalid')).toBe(true);
    expect(await verifier.verify(token(one))).toHaveProperty('grant');
    await writeFile(path, text);
    await expect.poll(() => verifier.keys).toBe(2);
    expect(await verifier.verify(token(two))).toHaveProperty('grant');
    await rm(path);
    await expect.poll(() => outcomes.includes('unreachable')).toBe(true);
    expect(await verifier.verify(token(two, 'bob'))).toHaveProperty('grant');
  });

  test('one that is not there is said so', async () => {
    const verifier = verifierOf('/nowhere/jwks.json');
    await expect(verifier.open()).rejects.toMatchObject({
      code: 'keys_unreachable',
      message: expect.stringContaining('ENOENT'),
    });
  });
});

test.each([
  ['http to another machine', 'http://issuer.test/jwks', /https/],
  ['a password in it', 'https://user:secret@issuer.test/jwks', /password/],
  ['another scheme', 'ftp://issuer.test/jwks', /https/],
  ['no address', 'https://', /https/],
])('an address that may not be used: %s', (_, jwks, words) => {
  expect(() => verifierOf(jwks)).toThrow(words);
  expect(() => verifierOf(jwks)).not.toThrow(/secret/);
});
