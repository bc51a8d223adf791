import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createTokenVerifier, type TokenVerifier } from '../src/index.ts';
import { AUDIENCE, goodClaims, ISSUER, jwkOf, newKey, signed } from './token-issuer.ts';

const key = newKey('one');
const nowMs = 1_800_000_000_000;
let folder: string;
let verifier: TokenVerifier;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'access-'));
  const jwks = join(folder, 'jwks.json');
  await writeFile(jwks, JSON.stringify({ keys: [jwkOf(key)] }));
  verifier = createTokenVerifier({
    jwks,
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['EdDSA'],
    nowMs: () => nowMs,
    limits: { fileCooldownMs: 0, fileCheckMs: 60_000 },
  });
  await verifier.open();
});
afterAll(async () => {
  verifier.close();
  await rm(folder, { recursive: true });
});

/** What the token says, where it says anything: another spelling of the same bytes is the same token. */
const bytesOf = (token: string): string =>
  token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('hex'))
    .join('.');

const good = signed(key, goodClaims(nowMs));
const ALPHABET = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ {}"\u0000é'];

/** One change of a text at a place. */
const change = fc.record({
  kind: fc.constantFrom('replace', 'insert', 'remove', 'cut', 'repeat', 'swap'),
  at: fc.nat(),
  letter: fc.constantFrom(...ALPHABET),
  length: fc.nat(20),
});

function mutated(
  token: string,
  { kind, at, letter, length }: typeof change extends fc.Arbitrary<infer T> ? T : never,
): string {
  const i = at % (token.length + 1);
  switch (kind) {
    case 'replace':
      return token.slice(0, i) + letter + token.slice(i + 1);
    case 'insert':
      return token.slice(0, i) + letter + token.slice(i);
    case 'remove':
      return token.slice(0, i) + token.slice(i + length);
    case 'cut':
      return token.slice(0, i);
    case 'repeat':
      return token.slice(0, i) + token.slice(i, i + length) + token.slice(i);
    default: {
      const parts = token.split('.');
      const [a, b] = [at % 3, (at + 1 + (length % 2)) % 3];
      [parts[a], parts[b]] = [parts[b] ?? '', parts[a] ?? ''];
      return parts.join('.');
    }
  }
}

test('a token that was changed in any way is never taken, and never a fault of ours', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const token = changes.reduce(mutated, good);
      fc.pre(bytesOf(token) !== bytesOf(good));
      expect(await verifier.verify(token)).toMatchObject({ code: 'token_invalid', msg: expect.any(String) });
    }),
    { numRuns: 2_000 / inject('fewerRuns') },
  );
});

test('header and claims of any shape, well signed, are answered', async () => {
  const shapes = fc.oneof(
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify(value)),
  );
  const someClaims = fc
    .dictionary(fc.constantFrom('iss', 'aud', 'sub', 'exp', 'nbf', 'iat', 'jti', 'tapecast'), fc.jsonValue())
    .map((changes) => ({ ...goodClaims(nowMs), ...changes }));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(shapes, someClaims),
      fc.oneof(shapes, fc.constant({ alg: 'EdDSA', kid: 'one' })),
      async (claims, header) => {
        const verdict = await verifier.verify(signed(key, claims, header));
        if ('code' in verdict) expect(verdict.code).toMatch(/^token_/);
        else expect(claims).toMatchObject({ iss: ISSUER, sub: verdict.grant.subject });
      },
    ),
    { numRuns: 1_000 / inject('fewerRuns') },
  );
});

test('any text is answered', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
      expect(await verifier.verify(text)).toMatchObject({ code: 'token_invalid' });
    }),
    { numRuns: 1_000 / inject('fewerRuns') },
  );
});
