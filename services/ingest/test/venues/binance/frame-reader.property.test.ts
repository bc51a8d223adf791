import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { normaliseFrame } from '../../../src/venues/binance/normalise.ts';
import { diff, expectEqual, reader, routes, ticker, trade } from './both-readings.ts';

describe('the reader of bytes', () => {
  it('a frame changed anywhere is read as JSON.parse reads it', () => {
    const frames = [
      trade('61837.63000000'),
      ticker('61837.63000000'),
      diff('[["61737.63000000","0.00000000"],["1.5","2"]]'),
    ];
    const pieces = [
      '"',
      ',',
      '{',
      '}',
      '[',
      ']',
      ':',
      '.',
      '-',
      '0',
      '9',
      ' ',
      'e',
      '\\',
      '\u0000',
      'é',
      'true',
      '00',
      '""',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...frames),
        fc.nat(600),
        fc.nat(3),
        fc.constantFrom('', ...pieces),
        (frame, place, length, piece) => {
          const from = place % (frame.length + 1);
          expectEqual(frame.slice(0, from) + piece + frame.slice(from + length));
        },
      ),
      { numRuns: 20_000 / inject('fewerRuns') },
    );
  });

  it('bytes that are no text are read as JSON.parse reads them', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(255), (place, byte) => {
        const frame = Buffer.from(ticker('61837.63000000'));
        frame[place % frame.length] = byte;
        expect(reader.read(frame)).toEqual(normaliseFrame(frame.toString('utf8'), routes));
      }),
      { numRuns: 5_000 / inject('fewerRuns') },
    );
  });
});
