import type { QuoteMessage } from '@tapecast/wire';
import { jsonData } from '@tapecast/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonFrame } from '../../src/fanout/json-frame.ts';

const message: QuoteMessage = {
  type: 'quote',
  channel: 'quote',
  symbol: 'ÄÖ€$US',
  range: [1, 2],
  priceDecimals: 2,
  sizeDecimals: 0,
  timestamp: 1,
  quote: { last: 1, sinceMs: undefined } as QuoteMessage['quote'],
};

test('each receiver gets its own number and else the same bytes, whoever came before it', () => {
  const { head, tail } = jsonData(message, 'number');
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(200), fc.maxSafeNat()), { minLength: 1, maxLength: 30 }), (seqs) => {
      const frame = jsonFrame(message, 'number');
      for (const seq of seqs) expect(Buffer.from(frame.with(seq)).toString()).toBe(`${head}${seq}${tail}`);
    }),
  );
});

test('a frame without a number is the same for all', () => {
  const frame = jsonFrame({ type: 'pong', id: 'x', serverTime: 5 }, 'number');
  expect(frame.numbered).toBe(false);
  expect(JSON.parse(Buffer.from(frame.with(7)).toString())).toEqual({ type: 'pong', id: 'x', server_time: 5 });
});
