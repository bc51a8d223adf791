import { encodeProtobufClientMessage } from '@tapecast/wire';
import fc from 'fast-check';

/** What clients might send that no program of ours would: texts and bytes, from noise to messages that are almost right. */

const names = fc.oneof(
  fc.constantFrom('AAPL$US', 'quote', 'depth@5', '*$BA', '', '$', '__proto__', 'trade', 'kline@1'),
  fc.string({ unit: 'binary', maxLength: 20 }),
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
);

/** What is right, at any time and in any order: nobody may come to harm by it either. */
export const rightMessages = (symbols: readonly string[], channels: readonly string[]) =>
  fc.record({
    action: fc.constantFrom('subscribe', 'subscribe', 'unsubscribe', 'resync', 'ping', 'query_subscribe'),
    id: fc.nat(),
    symbols: fc.subarray([...symbols], { minLength: 1 }),
    channels: fc.subarray([...channels], { minLength: 1 }),
    intervalMs: fc.constantFrom(0, 0, 50, 70, 100, 250, 500, 1_000, 5_000),
  });
