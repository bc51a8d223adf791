import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createTokenVerifier, type TokenVerifier } from '@tapecast/access';
import { type KeyRingStore, openRedisKeyRingStore } from '@tapecast/market-state';
import { type RedisCluster, redisCommand, startRedisCluster } from '@tapecast/testkit';
import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyEncryptionKey } from '../../src/index.ts';
import { askForToken, ISSUER, SECRET, type Stand, startStand } from '../harness.ts';

const KEY = 'tapecast:{auth}:key-ring';
const ROTATION = { rotateEveryMs: 2_000, tokenSecondsMax: 10 };
/** Of the 125 ms that clocks may differ at this rotation. */
const CLOCKS_MS = [-60, 60, 0];
const keyEncryptionKeys = [keyEncryptionKey(randomBytes(32))];

let dir: string;
let redis: RedisCluster;
let stands: Stand[];
let verifiers: TokenVerifier[];
const stores: KeyRingStore[] = [];

const open = async (clockMs: number, keys = keyEncryptionKeys): Promise<Stand> => {
  const store = await openRedisKeyRingStore({ nodes: redis.nodes });
  stores.push(store);
  return startStand({ store, keyEncryptionKeys: keys, nowMs: () => Date.now() + clockMs, config: ROTATION });
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tapecast-auth-redis-'));
  redis = await startRedisCluster({ dir });
  // All at once, on a store that has no ring.
  stands = await Promise.all(CLOCKS_MS.map((clockMs) => open(clockMs)));
  verifiers = stands.map(({ auth }) =>
    createTokenVerifier({
      jwks: `${auth.url}/.well-known/jwks.json`,
      issuer: ISSUER,
      audience: 'tapecast',
      algorithms: ['EdDSA'],
      nowMs: Date.now,
    }),
  );
  await Promise.all(verifiers.map((verifier) => verifier.open()));
});

afterAll(async () => {
  for (const verifier of verifiers ?? []) verifier.close();
  await Promise.all((stands ?? []).map((stand) => stand.stop()));
  await Promise.all(stores.map((store) => store.close()));
  await redis?.stop();
  await rm(dir, { recursive: true, force: true });
});

const tokenOf = async ({ auth }: Stand): Promise<string> => {
  const fields = { client_id: 'broker', client_secret: SECRET, expires_in: '10' };
  const { status, body } = await askForToken(auth.url, fields);
  expect(status).toBe(200);
  return String(body.access_token);
};
const kidOf = (token: string): string => String(decodeProtectedHeader(token).kid);
const published = async ({ auth }: Stand): Promise<string[]> => {
  const answer = await fetch(`${auth.url}/.well-known/jwks.json`);
  return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid).toSorted();
};
/** Waits until all instances publish the same keys, and returns them. */
const agreed = async (): Promise<string[]> => {
  let keys: string[] = [];
  await expect
    .poll(async () => {
      const all = await Promise.all(stands.map(published));
      keys = all[0]!;
      return new Set(all.map(String)).size;
    })
    .toBe(1);
  return keys;
};
/** A token of every instance, shown to the verifiers of all. Returns the names of the keys. */
const allAccept = async (): Promise<string[]> => {
  const tokens = await Promise.all(stands.map(tokenOf));
  const verdicts = await Promise.all(verifiers.flatMap((verifier) => tokens.map((token) => verifier.verify(token))));
  expect(verdicts.filter((verdict) => 'code' in verdict)).toEqual([]);
  return tokens.map(kidOf);
};

describe('three instances on one Redis, with clocks of their own', () => {
  it('have one ring, though they all began it', async () => {
    const keys = await agreed();
    expect(keys.length).toBeGreaterThanOrEqual(2);
    for (const stand of stands) expect(keys).toContain(kidOf(await tokenOf(stand)));
  });

  it('change keys together, and each token is good with the keys of every other', async () => {
    const seen = new Set<string>();
    while (seen.size < 4) {
      for (const kid of await allAccept()) seen.add(kid);
      await delay(40);
    }
    const rotations = await Promise.all(stands.map(({ metrics }) => metrics.metrics()));
    for (const text of rotations)
      expect(Number(/^tapecast_auth_rotations_total (\d+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(3);
  });

  it('go on while the master that has the ring is lost, and agree again after it', async () => {
    const slot = Number(await redisCommand(portOf(redis.nodes[0]!), 'CLUSTER', 'KEYSLOT', KEY));
    const master = await redis.masterOf(slot);
    redis.kill(master);
    const before = new Set(await allAccept());
    // Until a key signs that was not there when it was lost: the ring changes again.
    await expect.poll(async () => (await allAccept()).every((kid) => !before.has(kid))).toBe(true);
    await redis.restart(master);
    await agreed();
  });

  it('put the ring back when the store was emptied', async () => {
    const slot = Number(await redisCommand(portOf(redis.nodes[0]!), 'CLUSTER', 'KEYSLOT', KEY));
    const signing = new Set(await allAccept());
    await redisCommand(portOf(redis.nodes[await redis.masterOf(slot)]!), 'DEL', KEY);
    await expect.poll(async () => (await stores[0]!.read()) !== undefined).toBe(true);
    const keys = await agreed();
    // Retired in the meantime perhaps, but published: their tokens live.
    for (const kid of signing) expect(keys).toContain(kid);
    await allAccept();
  });

  it('take out a key that one of them was told to revoke', async () => {
    const kid = kidOf(await tokenOf(stands[0]!));
    await stands[0]!.auth.routes['POST /keys/revoke']!({ url: `/keys/revoke?kid=${kid}` } as never);
    expect(await published(stands[0]!)).not.toContain(kid);
    expect(await agreed()).not.toContain(kid);
    expect(await allAccept()).not.toContain(kid);
  });

  it('refuse one that has another key-encryption key, and let in one that has both', async () => {
    const other = keyEncryptionKey(randomBytes(32));
    await expect(open(0, [other])).rejects.toMatchObject({ name: 'StartError', code: 'bad_option' });
    const both = await open(0, [...keyEncryptionKeys, other]);
    expect(await published(both)).toEqual(await agreed());
    await both.stop();
  });
});

const portOf = (node: string): number => Number(node.split(':')[1]);
