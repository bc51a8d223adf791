import type { Tick, Update } from '@tapecast/market';
import protobuf from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import { decodeTick, decodeUpdate, encodeTick, encodeUpdate, openUpdateBatch, WireError } from '../src/index.ts';

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof WireError) return error.code;
    throw error;
  }
  return undefined;
}

const tick: Tick = {
  instrument: 'A$US',
  source: 's/1',
  sourceSeq: 1,
  exchangeTimeUs: undefined,
  receivedAtUs: 1,
  priceDecimals: 2,
  sizeDecimals: 0,
  body: { kind: 'trade', id: '', price: 1, size: 1, side: undefined, conditions: [], counts: 7 },
};

/** TickTrade.price as 10 bytes of varint: any 64-bit value, as no number of ours could be. */
function tickWithPrice(value: bigint): Uint8Array {
  const zigzag = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes: number[] = [];
  for (let rest = zigzag; ; rest >>= 7n) {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    if (rest <= 127n) break;
  }
  const trade = [0x10, ...bytes];
  return protobuf.Writer.create()
    .uint32((10 << 3) | 2)
    .bytes(Uint8Array.from(trade))
    .finish();
}

describe('integers that numbers can not hold are refused, never rounded', () => {
  it.each([2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n), -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)])(
    'decoding %s',
    (price) => {
      expect(codeOf(() => decodeTick(tickWithPrice(price)))).toBe('unsafe_integer');
    },
  );

  it.each([2n ** 53n - 1n, -(2n ** 53n) + 1n, 2n ** 32n, -(2n ** 32n), -1n])('decoding %s, which is exact', (price) => {
    expect(decodeTick(tickWithPrice(price)).body).toMatchObject({ price: Number(price) });
  });

  it.each([2 ** 53, -(2 ** 53), 0.5, Number.NaN, Number.POSITIVE_INFINITY])('encoding %s', (price) => {
    expect(codeOf(() => encodeTick({ ...tick, body: { ...tick.body, price } as Tick['body'] }))).toBe('unsafe_integer');
  });

  it('counts are not negative', () => {
    expect(codeOf(() => encodeTick({ ...tick, sourceSeq: -1 }))).toBe('unsafe_integer');
  });

  it('a sum needs no bound that markets reach, and has one', () => {
    const bar = (volume: bigint): Update => ({
      sequence: 'kline@1m',
      first: 1,
      last: 1,
      keyframe: true,
      priceDecimals: 0,
      sizeDecimals: 0,
      timestampUs: 0,
      receivedAtUs: 0,
      body: {
        kind: 'kline',
        interval: '1m',
        startMs: 0,
        open: 1,
        high: 1,
        low: 1,
        close: 1,
        volume,
        turnover: 0n,
        trades: 0,
        final: true,
        revision: 0,
      },
    });
    expect(decodeUpdate(encodeUpdate(bar(2n ** 105n))).body).toMatchObject({ volume: 2n ** 105n });
    expect(codeOf(() => encodeUpdate(bar(2n ** 107n)))).toBe('unsafe_integer');
  });
});

describe('parts that contradict each other are refused', () => {
  const depth: Update = {
    sequence: 'depth',
    first: 1,
    last: 1,
    keyframe: true,
    priceDecimals: 0,
    sizeDecimals: 0,
    timestampUs: 0,
    receivedAtUs: 0,
    body: { kind: 'depth', bids: [1, 2], asks: [] },
  };

  it('an odd list of levels', () => {
    expect(codeOf(() => encodeUpdate({ ...depth, body: { kind: 'depth', bids: [1, 2, 3], asks: [] } }))).toBe(
      'inconsistent',
    );
  });

  it('a range that ends before it begins', () => {
    expect(codeOf(() => encodeUpdate({ ...depth, first: 2 }))).toBe('inconsistent');
  });

  it('a body of another sequence', () => {
    expect(codeOf(() => encodeUpdate({ ...depth, sequence: 'quote' }))).toBe('inconsistent');
  });

  it('decimals that would make endless text', () => {
    expect(codeOf(() => encodeUpdate({ ...depth, priceDecimals: 4_000_000_000 }))).toBe('inconsistent');
  });

  it('an index that points past the payload', () => {
    const entry = protobuf.Writer.create().uint32(10).string('A$US').uint32(16).uint32(5).uint32(24).uint32(9).finish();
    const batch = protobuf.Writer.create()
      .uint32((5 << 3) | 2)
      .bytes(entry)
      .finish();
    expect(codeOf(() => openUpdateBatch(batch))).toBe('inconsistent');
  });
});
