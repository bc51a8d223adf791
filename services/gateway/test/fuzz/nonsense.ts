import { encodeProtobufClientMessage } from '@tapecast/wire';
import fc from 'fast-check';

/** What clients might send that no program of ours would: texts and bytes, from noise to messages that are almost right. */

const names = fc.oneof(
  fc.constantFrom('AAPL$US', 'quote', 'depth@5', '*$BA', '', '$', '__proto__', 'trade', 'kline@1'),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const position = fc.tuple(
  names,
  names,
  fc.constantFrom('', 'test.1.0', 'e'),
  fc.oneof(fc.nat(100), fc.maxSafeNat(), fc.double()),
  fc.integer(),
);
const message = fc.record(
  {
    action: fc.oneof(
      fc.constantFrom('subscribe', 'unsubscribe', 'resync', 'auth', 'ping', 'resume', 'ack', 'query_subscribe'),
      fc.anything(),
    ),
    type: fc.anything(),
    id: fc.anything(),
    symbols: fc.oneof(fc.array(names, { maxLength: 5 }), fc.anything()),
    channels: fc.oneof(fc.array(names, { maxLength: 5 }), fc.anything()),
    interval_ms: fc.oneof(fc.integer(), fc.anything()),
    token: fc.anything(),
    positions: fc.oneof(fc.array(fc.oneof(position, fc.anything()), { maxLength: 4 }), fc.anything()),
    more: fc.oneof(fc.boolean(), fc.anything()),
  },
  { requiredKeys: [] },
);

export const text = fc.oneof(
  message.map((one) => {
    try {
      return JSON.stringify(one) ?? 'undefined';
    } catch {
      return '{"action":"subscribe","symbols":['; // A value that JSON has no text for.
    }
  }),
  fc.json(),
  fc.string({ maxLength: 200 }),
);

export const binary = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(
      fc.array(names, { minLength: 1, maxLength: 4 }),
      fc.array(names, { minLength: 1, maxLength: 4 }),
      fc.nat(),
      fc.integer({ min: 0, max: 255 }),
    )
    .map(([symbols, channels, at, byte]) => {
      const bytes = Buffer.from(
        encodeProtobufClientMessage({ action: 'subscribe', id: 1, symbols, channels, intervalMs: 0 }),
      );
      bytes[at % bytes.length] = byte;
      return bytes;
    }),
  fc
    .tuple(fc.array(names, { minLength: 1, maxLength: 4 }), names, fc.maxSafeNat(), fc.nat(), fc.nat(255))
    .map(([symbols, channel, seq, at, byte]) => {
      const positions = symbols.map((symbol) => ({ symbol, channel, epoch: 'test.1.0', seq, intervalMs: 0 }));
      const bytes = Buffer.from(
        encodeProtobufClientMessage({ action: 'resume', id: 1, token: 'x', positions, more: false }),
      );
      bytes[at % bytes.length] = byte;
      return bytes;
    }),
);

/** What is right, at any time and in any order: nobody may come to harm by it either. */
export const rightMessages = (symbols: readonly string[], channels: readonly string[]) =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        action: fc.constantFrom('subscribe', 'subscribe', 'unsubscribe', 'resync', 'ping', 'query_subscribe'),
        id: fc.nat(),
        symbols: fc.subarray([...symbols], { minLength: 1 }),
        channels: fc.subarray([...channels], { minLength: 1 }),
        intervalMs: fc.constantFrom(0, 0, 50, 70, 100, 250, 500, 1_000, 5_000),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        action: fc.constant('resume'),
        id: fc.nat(),
        token: fc.constantFrom(undefined, 'x', '01234567-89ab-cdef-0123-456789abcdef.AAAAAAAAAAAAAAAAAAAAAA'),
        positions: fc.array(
          fc.record({
            symbol: fc.constantFrom(...symbols),
            channel: fc.constantFrom(...channels),
            epoch: fc.constantFrom('', 'test.1.0', 'older.1.0'),
            seq: fc.oneof(fc.nat(2_000), fc.maxSafeNat()),
            intervalMs: fc.constantFrom(undefined, 0, 50),
          }),
          { minLength: 1, maxLength: 6 },
        ),
        more: fc.boolean(),
      }),
    },
  );
