import { expect, it } from 'vitest';
import { clientAddress } from '../../src/http/client-address.ts';

it.each([
  ['192.0.2.1', undefined, '192.0.2.1'],
  ['::ffff:192.0.2.1', undefined, '192.0.2.1'],
  // Who is no trusted proxy may say what it likes.
  ['192.0.2.1', '10.0.0.1', '192.0.2.1'],
  ['127.0.0.1', '10.0.0.1, 192.0.2.7', '192.0.2.7'],
  ['127.0.0.1', '192.0.2.7, 127.0.0.1', '192.0.2.7'],
  ['127.0.0.1', '127.0.0.1', '127.0.0.1'],
  ['127.0.0.1', '', '127.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
  ['2001:db8::5:6', undefined, '2001:db8:0:0::/64'],
  ['::1', undefined, '0:0:0:0::/64'],
  [undefined, undefined, ''],
])('%s that says %s counts as %s', (peer, forwardedFor, expected) =>
  expect(clientAddress(peer, forwardedFor, new Set(['127.0.0.1']))).toBe(expected),
);
