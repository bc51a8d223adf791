import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Address,
  addressOf,
  clientKey,
  inRange,
  isLoopbackAddress,
  parseAddress,
  parseRange,
} from '../../src/edge/address.ts';
import { realAddress } from '../../src/edge/real-address.ts';

const bytesOf = (...bytes: number[]): ArrayBuffer => Uint8Array.from(bytes).buffer;
const range = (text: string) => {
  const parsed = parseRange(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
const address = (text: string): Address => {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};

describe('addresses', () => {
  test('IPv4 is its four bytes, also inside IPv6 as a dual-stack socket gives it', () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        const expected = Uint8Array.from(text.split('.').map(Number));
        expect(parseAddress(text)).toEqual(expected);
        expect(parseAddress(`::ffff:${text}`)).toEqual(expected);
        expect(addressOf(bytesOf(...new Array<number>(10).fill(0), 255, 255, ...expected))).toEqual(expected);
        expect(clientKey(expected)).toBe(text);
      }),
    );
  });

  test('IPv6 in any of its spellings is what the URL standard makes of it', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const parsed = address(text);
        const bytes =
          parsed.length === 16 ? parsed : Uint8Array.from([...new Array<number>(10).fill(0), 255, 255, ...parsed]);
        const written = Array.from({ length: 8 }, (_, i) => ((bytes[i * 2]! << 8) | bytes[i * 2 + 1]!).toString(16));
        expect(new URL(`http://[${written.join(':')}]`).hostname).toBe(new URL(`http://[${text}]`).hostname);
      }),
    );
  });

  test('what is no address is none', () => {
    for (const text of [
      '',
      'localhost',
      '1.2.3',
      '1.2.3.4.5',
      '256.1.1.1',
      '01.2.3.4',
      ':::',
      '1::2::3',
      'fe80::1%eth0',
      '_x',
      'unknown',
    ])
      expect(parseAddress(text)).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => void parseAddress(text)));
  });

  test('one client is an IPv4 address or a /64', () => {
    expect(clientKey(address('2001:db8:1:2:3:4:5:6'))).toBe('2001:db8:1:2::/64');
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.uint8Array({ minLength: 8, maxLength: 8 }),
        (a, tail) => {
          const b = Uint8Array.from([...a.slice(0, 8), ...tail]);
          expect(clientKey(a)).toBe(clientKey(b));
          const other = Uint8Array.from(a);
          other[7]! ^= 1;
          expect(clientKey(other)).not.toBe(clientKey(a));
        },
      ),
    );
  });

  test('loopback is this machine', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].map(address).every(isLoopbackAddress)).toBe(true);
    expect(['128.0.0.1', '::', '::2', '1::1', '10.0.0.1'].map(address).some(isLoopbackAddress)).toBe(false);
  });
});

describe('ranges', () => {
  test('a range has the addresses whose first bits are its own, by a definition of bits', () => {
    const bits = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.boolean(), (base, other, length, near) => {
        const from = address(base).map(
          (byte, i) =>
            byte &
            Number.parseInt(
              '1'
                .repeat(length)
                .padEnd(32, '0')
                .slice(i * 8, i * 8 + 8),
              2,
            ),
        );
        const parsed = range(`${from.join('.')}/${length}`);
        const asked = near ? address(base) : address(other);
        expect(inRange(asked, parsed)).toBe(bits(asked).startsWith(bits(from).slice(0, length)));
      }),
    );
  });

  test('what is no range is none', () => {
    for (const text of [
      '',
      '10.0.0.0/33',
      '10.0.0.1/8',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.0.0.0/-1',
      'all',
      '::1/129',
      '2001:db8::1/32',
      '::ffff:10.0.0.0/104',
    ])
      expect(parseRange(text)).toBeUndefined();
    expect(inRange(address('10.1.2.3'), range('10.1.2.3'))).toBe(true);
    expect(inRange(address('10.1.2.3'), range('::/0'))).toBe(false);
    expect(inRange(address('2001:db8:ffff::1'), range('2001:db8::/32'))).toBe(true);
  });
});

describe('the real address', () => {
  const trusted = [range('127.0.0.0/8'), range('10.0.0.0/8'), range('2001:db8::/32')];
  const real = (peer: string, ...forwarded: string[]): string =>
    clientKey(realAddress(address(peer), forwarded, trusted));

  test('is the peer where the peer is no trusted proxy, whatever it claims', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string())), (claims) => {
        expect(real('203.0.113.7', ...claims)).toBe('203.0.113.7');
      }),
    );
  });

  test('is what the outermost trusted proxy saw, whatever the client put before it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.ipV4(), fc.string(), fc.constant('127.0.0.1'), fc.constant('10.1.1.1'))),
        fc.array(fc.constantFrom('10.0.0.1', '127.0.0.1', '2001:db8::7', '10.9.9.9:4711', '[2001:db8::1]:80'), {
          maxLength: 5,
        }),
        fc.boolean(),
        (claims, proxies, split) => {
          const entries = [...claims, '203.0.113.7', ...proxies];
          expect(real('127.0.0.1', ...(split ? entries : [entries.join(', ')]))).toBe('203.0.113.7');
        },
      ),
    );
  });

  test('is the nearest known where a proxy writes no address, or all are proxies', () => {
    expect(real('127.0.0.1')).toBe('127.0.0.1');
    expect(real('127.0.0.1', 'unknown')).toBe('127.0.0.1');
    expect(real('127.0.0.1', '203.0.113.7, unknown, 10.0.0.3')).toBe('10.0.0.3');
    expect(real('127.0.0.1', '10.0.0.9, 10.0.0.3')).toBe('10.0.0.9');
    expect(real('127.0.0.1', '2001:470::1:2:3:4')).toBe('2001:470:0:0::/64');
  });
});
