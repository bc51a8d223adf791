import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeKey, thumbprint } from '../../src/keys/key-material.ts';
import { EMPTY_RING, type KeyRing, plan, revoke } from '../../src/keys/key-ring.ts';
import { readKeyEncryptionKeys } from '../../src/keys/read-key-encryption-keys.ts';
import { ringTimes } from '../../src/keys/ring-times.ts';
import { keyEncryptionKey, openRing, sealRing } from '../../src/keys/sealed-ring.ts';

const times = ringTimes(10_000, 20);
const one = keyEncryptionKey(randomBytes(32));
const other = keyEncryptionKey(randomBytes(32));
const ring = (): KeyRing => {
  const first = plan(EMPTY_RING, 1_000, times, makeKey);
  return plan(revoke(first, first.keys[0]!.kid, 2_000), 20_000, times, makeKey);
};

describe('a sealed ring', () => {
  it('is opened as it was, by the key that sealed it, and shows nothing of what is in it', () => {
    const before = ring();
    const sealed = sealRing(before, one);
    expect(openRing(sealed, [one])).toEqual(before);
    expect(openRing(sealed, [other, one])).toEqual(before);
    expect(Buffer.from(sealed).equals(Buffer.from(sealRing(before, one)))).toBe(false);
    const text = Buffer.from(sealed).toString('latin1');
    for (const { kid, x, d } of before.keys) for (const part of [kid, x, d]) expect(text).not.toContain(part);
  });

  it('says that it was sealed with another key, by ids that say nothing of the keys', () => {
    let thrown: unknown;
    try {
      openRing(sealRing(ring(), one), [other]);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'wrong_key' });
    const { message } = thrown as Error;
    expect(message).toContain(one.id);
    expect(message).toContain(other.id);
    expect(`${one.secret.toString('hex')}${other.secret.toString('hex')}`).not.toContain(one.id);
  });

  it('is refused with any byte changed, cut off anywhere, or made longer', () => {
    const sealed = sealRing(ring(), one);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Uint8Array.from(sealed);
      changed[at]! ^= 1 << (at % 8);
      expect(() => openRing(changed, [one])).toThrow(/key ring in the store/);
      expect(() => openRing(sealed.subarray(0, at), [one])).toThrow(/key ring in the store/);
    }
    expect(() => openRing(Uint8Array.from([...sealed, 0]), [one])).toThrow(/changed by someone else/);
    expect(() => openRing(new Uint8Array(0), [one])).toThrow(/not a key ring/);
  });

  it('is refused where a key has not the name of its public part, or the form is another', () => {
    const [first] = ring().keys;
    const renamed = { ...first!, kid: makeKey().kid };
    expect(() => openRing(sealRing({ keys: [renamed], revoked: [] }, one), [one])).toThrow(/name of its public part/);
    expect(() => openRing(sealRing({ keys: 7 } as never, one), [one])).toThrow(/another version/);
  });
});

it('a key is named by its thumbprint: RFC 8037, appendix A.3', () => {
  expect(thumbprint('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo')).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
});

describe('key-encryption keys', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tapecast-kek-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'kek');
  const [first, second] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];

  it('come from a file or as text, the first of them seals', () => {
    writeFileSync(file, `${first}\n${second}\n`);
    const fromFile = readKeyEncryptionKeys(file, '');
    expect(fromFile.map(({ secret }) => secret.toString('base64'))).toEqual([first, second]);
    expect(readKeyEncryptionKeys('', first!).map(({ id }) => id)).toEqual([fromFile[0]!.id]);
  });

  it.each([
    ['', /has 0 keys/],
    ['not base64!', /is not 32 bytes/],
    [randomBytes(31).toString('base64'), /is not 32 bytes/],
    [`${first}x`, /key 1 is not 32 bytes/],
    [[first, second, first, second, first].join('\n'), /has 5 keys/],
  ])('are refused with what to do, and without what they were: %#', (content, why) => {
    writeFileSync(file, content);
    let message = '';
    try {
      readKeyEncryptionKeys(file, '');
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(why);
    expect(message).toContain('openssl rand -base64 32');
    if (content.length > 8) expect(message).not.toContain(content.slice(0, 8));
  });

  it('must be given, once, and be readable', () => {
    expect(() => readKeyEncryptionKeys('', '')).toThrow(/--key-encryption-key-file/);
    expect(() => readKeyEncryptionKeys(file, first!)).toThrow(/either/);
    expect(() => readKeyEncryptionKeys(join(dir, 'none'), '')).toThrow(/can't be read \(ENOENT\)/);
  });
});
