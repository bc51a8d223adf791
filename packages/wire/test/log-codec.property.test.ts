import {
  COUNTS_ALL,
  type InstrumentView,
  type Kline,
  type NumberedTrade,
  SEQUENCES,
  type Sequence,
  type Tick,
  type Update,
  type UpdateBody,
} from '@tapecast/market';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeTick,
  decodeUpdate,
  decodeView,
  encodeTick,
  encodeUpdate,
  encodeUpdateBatch,
  encodeView,
  NameTable,
  openUpdateBatch,
  UpdateBatchReader,
  WireError,
} from '../src/index.ts';
import { log } from '../src/log-schema.ts';
import { count, decimals, interval, levels, maybe, quoteFields, side, state, sum, text, units } from './arbitraries.ts';

const tickBody = fc.oneof(
  fc.record({
    kind: fc.constant('trade' as const),
    id: text,
    price: units,
    size: units,
    side,
    conditions: fc.array(text, { maxLength: 3 }),
    counts: fc.integer({ min: 0, max: COUNTS_ALL }),
  }),
  fc.record({
    kind: fc.constant('quote' as const),
    bid: maybe(units),
    bidSize: maybe(units),
    ask: maybe(units),
    askSize: maybe(units),
    last: maybe(units),
    open: maybe(units),
    high: maybe(units),
    low: maybe(units),
    prevClose: maybe(units),
    volume: maybe(sum),
    turnover: maybe(sum),
    venueSeq: maybe(count),
  }),
  fc.record({
    kind: fc.constantFrom('bookSnapshot' as const, 'bookDelta' as const),
    bids: levels,
    asks: levels,
    venueSeq: maybe(count),
  }),
  fc.record({
    kind: fc.constant('bar' as const),
    interval,
    startMs: count,
    open: units,
    high: units,
    low: units,
    close: units,
    volume: sum,
    turnover: maybe(sum),
    trades: maybe(count),
    final: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('status' as const), state, reason: text, sinceMs: count }),
  fc.record({ kind: fc.constant('clock' as const), timeMs: count }),
);

const tick: fc.Arbitrary<Tick> = fc.record({
  instrument: text,
  source: text,
  sourceSeq: count,
  exchangeTimeUs: maybe(count),
  receivedAtUs: count,
  priceDecimals: decimals,
  sizeDecimals: decimals,
  body: tickBody,
});

const trade = fc.record({
  kind: fc.constant('trade' as const),
  id: text,
  price: units,
  size: units,
  side,
  conditions: fc.array(text, { maxLength: 3 }),
});
const kline: fc.Arbitrary<Kline> = fc.record({
  kind: fc.constant('kline' as const),
  interval,
  startMs: count,
  open: units,
  high: units,
  low: units,
  close: units,
  volume: sum,
  turnover: sum,
  trades: count,
  final: fc.boolean(),
  revision: fc.nat(),
});
const status = fc.record({ kind: fc.constant('status' as const), state, sinceMs: count, source: text, reason: text });
const updateBody: fc.Arbitrary<UpdateBody> = fc.oneof(
  trade,
  quoteFields.chain((fields) =>
    fc.integer({ min: 0, max: 2 ** 15 - 1 }).map((cleared) => ({ kind: 'quote' as const, cleared, ...fields })),
  ),
  fc.record({ kind: fc.constant('depth' as const), bids: levels, asks: levels }),
  kline,
  status,
);
const sequenceOfBody = (body: UpdateBody): Sequence => (body.kind === 'kline' ? `kline@${body.interval}` : body.kind);
const update: fc.Arbitrary<Update> = fc
  .record({
    first: fc.nat(),
    width: fc.nat({ max: 9 }),
    keyframe: fc.boolean(),
    priceDecimals: decimals,
    sizeDecimals: decimals,
    timestampUs: count,
    receivedAtUs: count,
    body: updateBody,
  })
  .map(({ first, width, ...rest }) => ({ sequence: sequenceOfBody(rest.body), first, last: first + width, ...rest }));

const view: fc.Arbitrary<InstrumentView> = fc
  .record({
    instrument: text,
    epoch: text,
    priceDecimals: decimals,
    sizeDecimals: decimals,
    seqs: fc.record(
      Object.fromEntries(SEQUENCES.map((name) => [name, count])) as Record<Sequence, fc.Arbitrary<number>>,
    ),
    quote: quoteFields,
    quoteTimestampUs: count,
    bids: levels,
    asks: levels,
    bookTimestampUs: count,
    bars: fc.array(fc.record({ bar: kline, timestampUs: count }), { maxLength: 4 }),
    trades: fc.array(
      fc.record({ trade, seq: count, timestampUs: count, priceDecimals: decimals, sizeDecimals: decimals }),
      { maxLength: 4 },
    ),
    status: maybe(status),
  })
  .map(({ bars, trades, ...rest }) => ({
    ...rest,
    bars: Object.fromEntries(bars.map(({ bar, timestampUs }) => [bar.interval, { ...bar, timestampUs }])),
    trades: trades.map(({ trade: body, ...numbers }): NumberedTrade => ({ ...body, ...numbers })),
  }));

const batch = fc.record({
  epoch: text,
  ticksNext: count,
  computedAtUs: count,
  clocks: fc.array(fc.record({ source: text, timeMs: count }), { maxLength: 3 }),
  updates: fc
    .array(fc.tuple(text, fc.array(update, { minLength: 1, maxLength: 6 })), { maxLength: 5 })
    .map((entries) => new Map(entries)),
});

/** The bytes that the schema's generated encoder makes of what its decoder finds in `bytes`. */
const generated = (bytes: Uint8Array): number[] => [...log.v1.Tick.encode(log.v1.Tick.decode(bytes)).finish()];
const generatedUpdate = (bytes: Uint8Array): number[] => [
  ...log.v1.Update.encode(log.v1.Update.decode(bytes)).finish(),
];
const generatedView = (bytes: Uint8Array): number[] => [
  ...log.v1.InstrumentView.encode(log.v1.InstrumentView.decode(bytes)).finish(),
];

/** The generated encoder once more, for the batch and for each list of updates in it. */
function generatedRecord(bytes: Uint8Array): number[] {
  const message = log.v1.UpdateBatch.decode(bytes);
  const lists = message.index.map(({ offset, length }) => {
    const start = offset ?? 0;
    return log.v1.UpdateList.encode(
      log.v1.UpdateList.decode(message.payload.subarray(start, start + (length ?? 0))),
    ).finish();
  });
  return [...log.v1.UpdateBatch.encode({ ...message, payload: Buffer.concat(lists) }).finish()];
}

const EDGES = [0, ...Array.from({ length: 53 }, (_, bits) => 2 ** bits)].flatMap((value) => [value, value * 2 - 1]);

describe('ticks are written as the generated encoder writes them, byte for byte', () => {
  const expectSame = (value: Tick): void => {
    const bytes = encodeTick(value);
    expect([...bytes]).toEqual(generated(bytes));
    expect(decodeTick(bytes)).toEqual(value);
  };
  const head = { instrument: 'A$US', source: 's/1', priceDecimals: 2, sizeDecimals: 0 };

  it('any tick', () => {
    fc.assert(fc.property(tick, expectSame), { numRuns: 1000 });
  });

  it.each(EDGES.filter((value) => value >= 0))('the integer %d and its negative', (value) => {
    const times = { sourceSeq: value, exchangeTimeUs: value, receivedAtUs: value };
    const body = { kind: 'bookDelta' as const, bids: [value, value], asks: [-value || 0, value], venueSeq: value };
    expectSame({ ...head, ...times, body });
  });

  it.each([0, 1, 39, 40, 127, 128, 16_383, 16_384, 70_000])(
    'texts of %d characters, of one byte each and of more',
    (n) => {
      for (const unit of ['x', 'é', '価', '😀']) {
        const id = unit.repeat(n);
        const body = {
          kind: 'trade' as const,
          id,
          price: 1,
          size: 1,
          side: undefined,
          conditions: [id, ''],
          counts: 7,
        };
        expectSame({ ...head, sourceSeq: 1, exchangeTimeUs: undefined, receivedAtUs: 1, body });
      }
    },
  );

  it.each([6, 8, 1600, 2000, 20_000])('books of %d levels, beyond the memory that ticks share too', (n) => {
    const side = Array.from({ length: 2 * n }, (_, at) => Number.MAX_SAFE_INTEGER - at);
    const body = { kind: 'bookSnapshot' as const, bids: side, asks: side, venueSeq: undefined };
    expectSame({ ...head, sourceSeq: 1, exchangeTimeUs: undefined, receivedAtUs: 1, body });
  });

  it('what was returned stays as it is when the next one is written', () => {
    const one = {
      ...head,
      sourceSeq: 1,
      exchangeTimeUs: 5,
      receivedAtUs: 1,
      body: { kind: 'clock' as const, timeMs: 1 },
    };
    const first = encodeTick(one);
    encodeTick({ ...one, instrument: 'B$US', sourceSeq: 2 });
    expect(decodeTick(first)).toEqual(one);
  });
});

describe('updates, batches and views are written as the generated encoder writes them, byte for byte', () => {
  it('any update', () => {
    fc.assert(
      fc.property(update, (value) => {
        const bytes = encodeUpdate(value);
        expect([...bytes]).toEqual(generatedUpdate(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('any view', () => {
    fc.assert(
      fc.property(view, (value) => {
        const bytes = encodeView(value);
        expect([...bytes]).toEqual(generatedView(bytes));
      }),
    );
  });

  it('any batch', () => {
    fc.assert(
      fc.property(batch, (value) => {
        const bytes = encodeUpdateBatch(value);
        expect([...bytes]).toEqual(generatedRecord(bytes));
      }),
    );
  });

  it('a batch larger than the memory that is kept, and the next one', () => {
    const levelsOf = (n: number): number[] => Array.from({ length: 2 * n }, (_, at) => Number.MAX_SAFE_INTEGER - at);
    const [one] = fc.sample(update, { numRuns: 1, seed: 1 }) as [Update];
    const depth = { kind: 'depth' as const, bids: levelsOf(30_000), asks: levelsOf(30_000) };
    const large = Array.from({ length: 5 }, (_, at) => ({
      ...one,
      sequence: 'depth' as const,
      first: at + 1,
      last: at + 1,
      body: depth,
    }));
    const head = { epoch: 'e', ticksNext: 1, computedAtUs: 1, clocks: [] };
    for (const updates of [new Map([['A$US', large]]), new Map([['A$US', [one]]])]) {
      const [entry] = openUpdateBatch(encodeUpdateBatch({ ...head, updates })).entries;
      expect(entry?.updates()).toEqual(updates.get('A$US'));
    }
  });
});

describe('the log codecs give back what they were given', () => {
  it('ticks', () => {
    fc.assert(fc.property(tick, (value) => void expect(decodeTick(encodeTick(value))).toEqual(value)));
  });

  it('updates', () => {
    fc.assert(fc.property(update, (value) => void expect(decodeUpdate(encodeUpdate(value))).toEqual(value)));
  });

  it('views', () => {
    fc.assert(fc.property(view, (value) => void expect(decodeView(encodeView(value))).toEqual(value)));
  });

  it('batches: head, index and the updates of each instrument', () => {
    fc.assert(
      fc.property(batch, (value) => {
        const { entries, ...head } = openUpdateBatch(encodeUpdateBatch(value));
        const { updates, ...expected } = value;
        expect(head).toEqual(expected);
        expect(new Map(entries.map((entry) => [entry.instrument, entry.updates()]))).toEqual(updates);
        for (const entry of entries) {
          // The index names exactly the numbers that are in the entry, in order.
          const named = entry.ranges.flatMap(({ sequence, first, last }) => numbers(sequence, first, last)).sort();
          const carried = entry
            .updates()
            .flatMap(({ sequence, first, last }) => numbers(sequence, first, last))
            .sort();
          expect(named).toEqual(carried);
        }
      }),
    );
  });
});

/** Of each wire type that there is: field 100 as a varint, 8 bytes, a text, a group with a varint in it, 4 bytes. */
const UNKNOWN = [
  ...[0xa0, 6, 0x96, 1, 0xa1, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0xa2, 6, 2, 65, 66],
  ...[0xa3, 6, 8, 5, 0xa4, 6, 0xa5, 6, 1, 2, 3, 4],
];

/** What the schema's generated decoder makes of a batch: the head, and names, ranges and bytes of the entries. */
function generatedBatch(bytes: Uint8Array): object {
  const { epoch, ticksNext, computedAtUs, clocks, index, payload } = log.v1.UpdateBatch.decode(bytes);
  return {
    epoch,
    ticksNext,
    computedAtUs,
    clocks: clocks.map(({ source, timeMs }) => ({ source: source ?? '', timeMs: timeMs ?? 0 })),
    entries: index.map(({ instrument = '', offset = 0, length = 0, ranges }) => ({
      instrument,
      ranges: (ranges ?? []).map(({ sequence, first, last }) => ({
        sequence: SEQUENCES[(sequence ?? 0) - 1],
        first: first ?? 0,
        last: last ?? 0,
      })),
      bytes: [...payload.subarray(offset ?? 0, (offset ?? 0) + (length ?? 0))],
    })),
  };
}

describe('a batch is read as the generated decoder reads it', () => {
  const longName = fc.integer({ min: 120, max: 300 }).map((n) => '価'.repeat(n));
  const named = fc
    .tuple(batch, fc.array(fc.tuple(longName, fc.array(update, { minLength: 1, maxLength: 2 }))))
    .map(([value, more]) => ({ ...value, updates: new Map([...value.updates, ...more]) }));

  it('all of it', () => {
    fc.assert(
      fc.property(named, (value) => {
        const bytes = encodeUpdateBatch(value);
        const { entries, ...head } = openUpdateBatch(bytes);
        const shown = entries.map((entry) => ({
          instrument: entry.instrument,
          ranges: entry.ranges,
          bytes: [...entry.bytes],
        }));
        expect({ ...head, entries: shown }).toEqual(generatedBatch(bytes));
      }),
    );
  });

  it('only what is wanted, and the new names, one batch after another by one reader', () => {
    const world = fc.tuple(fc.array(named, { minLength: 1, maxLength: 4 }), fc.array(text), fc.func(fc.boolean()));
    fc.assert(
      fc.property(world, ([batches, more, wanted]) => {
        const symbols = new Set([...batches.flatMap(({ updates }) => [...updates.keys()]), ...more]);
        const known = [...symbols].filter((symbol) => wanted(symbol, 'known'));
        const names = new NameTable<string>();
        for (const symbol of known) names.set(symbol, symbol);
        const held = new Set(known.filter((symbol) => wanted(symbol, 'held')));
        const reader = new UpdateBatchReader({ names, wants: (symbol) => held.has(symbol), tellsNew: true });
        for (const value of batches) {
          reader.read(encodeUpdateBatch(value));
          const { epoch, ticksNext, computedAtUs, clocks } = reader;
          expect({ epoch, ticksNext, computedAtUs, clocks }).toEqual({
            epoch: value.epoch,
            ticksNext: value.ticksNext,
            computedAtUs: value.computedAtUs,
            clocks: value.clocks,
          });
          const carried = [...value.updates.keys()];
          expect(reader.newNames).toEqual(carried.filter((symbol) => !known.includes(symbol)));
          expect(reader.entries.map((entry) => entry.known)).toEqual(carried.filter((symbol) => held.has(symbol)));
          for (const entry of reader.entries) {
            const updates = value.updates.get(entry.known)!;
            expect(entry.instrument).toBe(entry.known);
            expect(entry.updates()).toEqual(updates);
            for (const sequence of SEQUENCES)
              expect(entry.has(sequence)).toBe(updates.some((u) => u.sequence === sequence));
          }
        }
      }),
    );
  });

  it('with fields between that it does not know', () => {
    fc.assert(
      fc.property(batch, (value) => {
        const bytes = encodeUpdateBatch(value);
        const heads = openUpdateBatch(Uint8Array.from([...UNKNOWN, ...bytes, ...UNKNOWN]));
        expect(heads.entries.map((entry) => [entry.instrument, entry.updates()])).toEqual([...value.updates]);
        expect({ epoch: heads.epoch, clocks: heads.clocks }).toEqual({ epoch: value.epoch, clocks: value.clocks });
      }),
    );
  });
});

describe('fields that are not known are passed over', () => {
  const around = (bytes: Uint8Array): Uint8Array => Uint8Array.from([...UNKNOWN, ...bytes, ...UNKNOWN]);

  it('ticks, updates, views', () => {
    fc.assert(fc.property(tick, (value) => void expect(decodeTick(around(encodeTick(value)))).toEqual(value)));
    fc.assert(fc.property(update, (value) => void expect(decodeUpdate(around(encodeUpdate(value)))).toEqual(value)));
    fc.assert(fc.property(view, (value) => void expect(decodeView(around(encodeView(value)))).toEqual(value)));
  });

  it('levels that another writer did not pack are read', () => {
    const message = { sequence: 3, first: 1, last: 1, depth: { bids: [5, 6, 7, 8], asks: [-9, 10] } };
    const packed = log.v1.Update.encode(message).finish();
    const zigzag = (n: number): number => (n < 0 ? -n * 2 - 1 : n * 2);
    const loose = [...[5, 6, 7, 8].flatMap((n) => [8, zigzag(n)]), ...[-9, 10].flatMap((n) => [16, zigzag(n)])];
    const depthAt = packed.indexOf(98);
    const bytes = Uint8Array.from([...packed.subarray(0, depthAt), 98, loose.length, ...loose]);
    expect(decodeUpdate(bytes)).toEqual(decodeUpdate(packed));
  });
});

describe('names are found by their bytes', () => {
  it('as a Map finds them by their text', () => {
    const step = fc.tuple(
      fc.oneof(
        text,
        fc.integer({ max: 2000, min: 0 }).map((n) => `S${n}$US`),
      ),
      fc.nat(),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const table = new NameTable<number>();
        const oracle = new Map<string, number>();
        for (const [name, value] of steps) {
          const bytes = Buffer.from(`<${name}>`);
          expect(table.get(bytes, 1, bytes.length - 1)).toBe(oracle.get(name));
          table.set(name, value);
          oracle.set(name, value);
          expect(table.size).toBe(oracle.size);
        }
        for (const [name, value] of oracle) {
          const bytes = Buffer.from(name);
          expect(table.get(bytes, 0, bytes.length)).toBe(value);
        }
      }),
      { numRuns: 30 },
    );
  });
});

function numbers(sequence: Sequence, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, at) => `${sequence} ${first + at}`);
}

/** A decoder given anything answers with a value or a WireError; any other error is a crash. */
function answers(decode: () => unknown): 'value' | 'error' {
  try {
    decode();
    return 'value';
  } catch (error) {
    if (error instanceof WireError) return 'error';
    throw error;
  }
}

const DECODERS = [
  { name: 'ticks', decode: decodeTick, bytes: tick.map(encodeTick) },
  { name: 'updates', decode: decodeUpdate, bytes: update.map(encodeUpdate) },
  { name: 'views', decode: decodeView, bytes: view.map(encodeView) },
  {
    name: 'batches',
    decode: (bytes: Uint8Array) =>
      openUpdateBatch(bytes).entries.map((entry) => [entry.instrument, entry.ranges, entry.updates()]),
    bytes: batch.map(encodeUpdateBatch),
  },
];

describe('hostile bytes get a value or a WireError', () => {
  for (const { name, decode, bytes } of DECODERS) {
    it(`${name} cut at every byte`, () => {
      fc.assert(
        fc.property(bytes, (whole) => {
          for (let end = 0; end < whole.length; end++) answers(() => decode(whole.subarray(0, end)));
        }),
        { numRuns: 30 },
      );
    });

    it(`${name} with flipped bytes`, () => {
      fc.assert(
        fc.property(
          bytes,
          fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }),
          (whole, flips) => {
            const bent = Uint8Array.from(whole);
            for (const [at, mask] of flips) if (bent.length > 0) bent[at % bent.length]! ^= mask;
            answers(() => decode(bent));
          },
        ),
        { numRuns: 300 },
      );
    });

    it(`${name} that are noise`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => void answers(() => decode(noise))),
        { numRuns: 300 },
      );
    });
  }
});
