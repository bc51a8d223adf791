import type { Sequence, Tick, Update } from '@tapecast/market';
import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import {
  decodeTick,
  decodeUpdate,
  decodeView,
  encodeTick,
  encodeUpdate,
  encodeUpdateBatch,
  encodeView,
  openUpdateBatch,
  WireError,
} from '../src/index.ts';
import { log } from '../src/log-schema.ts';
import { batch, tick, UNKNOWN, update, view } from './log-arbitraries.ts';

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
    fc.assert(fc.property(tick, expectSame), { numRuns: 1000 / inject('fewerRuns') });
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
      { numRuns: 500 / inject('fewerRuns') },
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
        { numRuns: 30 / inject('fewerRuns') },
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
        { numRuns: 300 / inject('fewerRuns') },
      );
    });

    it(`${name} that are noise`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => void answers(() => decode(noise))),
        { numRuns: 300 / inject('fewerRuns') },
      );
    });
  }
});
