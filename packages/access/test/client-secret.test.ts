import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  hashSecret,
  isSecret,
  makeSecret,
  readSecretHash,
  readTrialClient,
  removeTrialClient,
  trialClientFile,
  writeTrialCredentials,
} from '../src/index.ts';

describe('a client’s secret', () => {
  it('is known by its hash, and no other is', async () => {
    const secret = makeSecret();
    const written = await hashSecret(secret);
    expect(written).not.toContain(secret);
    expect(await hashSecret(secret)).not.toBe(written);
    const kept = readSecretHash(written)!;
    expect(await isSecret(secret, kept)).toBe(true);
    expect(await isSecret(`${secret} `, kept)).toBe(false);
    expect(await isSecret('', kept)).toBe(false);
  });

  // Computed with Python's
  // hashlib.scrypt(b'secret', salt=b'0123456789abcdef', n=1024, r=8, p=1, dklen=32).
  it('is hashed as scrypt says', async () => {
    const salt = Buffer.from('0123456789abcdef').toString('base64url');
    const kept = readSecretHash(`scrypt$1024$8$1$${salt}$S7FwBvpu-z8K0PUVUagFRTUAB2dAxIZpzVHvLZir-98`)!;
    expect(await isSecret('secret', kept)).toBe(true);
  });

  it.each([
    'secret',
    '',
    'scrypt$16384$8$1$c2FsdA$aGFzaA',
    `scrypt$16383$8$1$${'a'.repeat(22)}$${'a'.repeat(43)}`,
    `scrypt$131072$8$1$${'a'.repeat(22)}$${'a'.repeat(43)}`,
    `scrypt$16384$16$1$${'a'.repeat(22)}$${'a'.repeat(43)}`,
    `scrypt$16384$8$9$${'a'.repeat(22)}$${'a'.repeat(43)}`,
    `bcrypt$16384$8$1$${'a'.repeat(22)}$${'a'.repeat(43)}`,
  ])('is not read from %s', (written) => expect(readSecretHash(written)).toBeUndefined());
});

describe('credentials for trying', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tapecast-trial-'));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('are the user’s alone, with a new secret each time and one key-encryption key', async () => {
    expect(readTrialClient(dir)).toBeUndefined();
    const files = await writeTrialCredentials(dir);
    expect(readTrialClient(dir)).toBeUndefined();
    files.announce('http://127.0.0.1:1');
    const first = readTrialClient(dir)!;
    expect(first).toMatchObject({ url: 'http://127.0.0.1:1', client: 'trial' });
    for (const file of [files.clientsFile, files.keyEncryptionKeyFile, trialClientFile(dir)])
      expect(statSync(file).mode & 0o777).toBe(0o600);
    const key = readFileSync(files.keyEncryptionKeyFile, 'utf8');
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    const clients = JSON.parse(readFileSync(files.clientsFile, 'utf8'));
    expect(await isSecret(first.secret, readSecretHash(clients.clients[0].secret_hashes[0])!)).toBe(true);
    expect(JSON.stringify(clients)).not.toContain(first.secret);

    (await writeTrialCredentials(dir)).announce('http://127.0.0.1:2');
    expect(readTrialClient(dir)!.secret).not.toBe(first.secret);
    expect(readFileSync(files.keyEncryptionKeyFile, 'utf8')).toBe(key);
    removeTrialClient(dir);
    removeTrialClient(dir);
    expect(readTrialClient(dir)).toBeUndefined();
    writeFileSync(trialClientFile(dir), '{"client":');
    expect(readTrialClient(dir)).toBeUndefined();
  });
});
