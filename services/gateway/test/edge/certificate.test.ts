import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from '@tapecast/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CertificatePair, checkPair, readPair } from '../../src/edge/certificate.ts';

let dir: string;
let good: CertificatePair;
let other: CertificatePair;
let ca: Buffer;
/** When all of them are valid. */
let now: number;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tapecast-certificate-'));
  const files = await makeCertificates({ dir: join(dir, 'one') });
  good = await readPair(files.certificate, files.key, 100_000);
  ca = await readFile(files.ca);
  const others = await makeCertificates({ dir: join(dir, 'two') });
  other = await readPair(others.certificate, others.key, 100_000);
  now = Date.now();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const DAY_MS = 86_400_000;
const pem = (text: string): Buffer => Buffer.from(text);

describe('a pair of certificate and key', () => {
  test('is what it says it is, alone and with its chain', () => {
    const seen = checkPair(good, now);
    expect(seen.names).toContain('DNS:localhost');
    expect(seen.serial).toMatch(/^[0-9A-F]{10,40}$/);
    expect(seen.expiresAtMs).toBeGreaterThan(now + 300 * DAY_MS);
    const chain = Buffer.concat([good.certificate, ca]);
    expect(checkPair({ certificate: chain, key: good.key }, now)).toEqual(seen);
  });

  test.each<[string, () => CertificatePair, RegExp]>([
    [
      'a key of another certificate',
      () => ({ ...good, key: other.key }),
      /not the key of the first certificate.*one renewal/,
    ],
    ['an empty certificate file', () => ({ ...good, certificate: pem('') }), /has no certificate: PEM/],
    ['garbage for a certificate', () => ({ ...good, certificate: pem('garbage') }), /has no certificate: PEM/],
    [
      'garbage within a certificate',
      () => ({ ...good, certificate: pem('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n') }),
      /certificate 1 of --tls-cert can't be read/,
    ],
    [
      'half a certificate',
      () => ({ ...good, certificate: good.certificate.subarray(0, 300) }),
      /not written to its end/,
    ],
    [
      'half a chain',
      () => ({ ...good, certificate: Buffer.concat([good.certificate, ca.subarray(0, 300)]) }),
      /not written to its end/,
    ],
    ['an empty key file', () => ({ ...good, key: pem('') }), /--tls-key has no private key: PEM/],
    ['half a key', () => ({ ...good, key: good.key.subarray(0, 100) }), /--tls-key has no private key: PEM/],
    [
      'a key with a passphrase',
      () => ({
        ...good,
        key: pem(
          generateKeyPairSync('ec', {
            namedCurve: 'P-256',
            publicKeyEncoding: { type: 'spki', format: 'pem' },
            privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
          }).privateKey,
        ),
      }),
      /has a passphrase/,
    ],
    [
      'a kind of key that the TLS library takes and then can’t use',
      () => ({
        ...good,
        key: pem(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
      }),
      /of type ed25519; RSA or EC/,
    ],
  ])('is refused for %s, and nothing of the key is told', (_, pair, message) => {
    let told = '';
    try {
      checkPair(pair(), now);
    } catch (error) {
      told = (error as Error).message;
    }
    expect(told).toMatch(message);
    const secret = good.key.toString().split('\n')[1] as string;
    expect(told).not.toContain(secret.slice(0, 16));
  });

  test('is refused before its time and after it', () => {
    expect(() => checkPair(good, now + 400 * DAY_MS)).toThrow(/--tls-cert expired at 20\d\d-.*renew it/);
    expect(() => checkPair(good, now - 2 * DAY_MS)).toThrow(/valid only from 20\d\d-.*clock right/);
  });

  test('is refused where it can’t be read, or is too long to be one', async () => {
    await expect(readPair(join(dir, 'none'), join(dir, 'none'), 1000)).rejects.toThrow(/--tls-(cert|key) .*ENOENT/);
    await writeFile(join(dir, 'long'), 'x'.repeat(1001));
    await expect(readPair(join(dir, 'long'), join(dir, 'long'), 1000)).rejects.toThrow(/more than 1000 bytes/);
    await expect(readPair(dir, dir, 1000)).rejects.toThrow(/EISDIR/);
  });
});
