import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader } from '../../../src/venues/binance/frame-reader.ts';
import { type BinanceSymbol, routesOf } from '../../../src/venues/binance/messages.ts';
import { normaliseFrame } from '../../../src/venues/binance/normalise.ts';
import { BTCUSDT_PAIR, recordedFrames, recordingsMissing } from '../../recordings.ts';

const pair = (symbol: string, priceDecimals?: number, sizeDecimals?: number): BinanceSymbol => ({
  symbol,
  instrument: `${symbol}$BA`,
  name: '',
  priceDecimals,
  sizeDecimals,
});
// BTCUSDTX begins as BTCUSDT does.
const routes = routesOf([pair('BTCUSDT', 2, 5), pair('BTCUSDTX'), pair('SHIBUSDT', 8, 0)]);
const reader = new FrameReader(routes);

const trade = (p: string, q = '0.02000000', rest = '"T":1723161255342,"m":true,"M":true}}'): string =>
  `{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"${p}","q":"${q}",${rest}`;
const ticker = (b: string, s = 'BTCUSDT'): string =>
  `{"stream":"btcusdt@bookTicker","data":{"u":50093239212,"s":"${s}","b":"${b}","B":"3.78826000","a":"61837.64000000","A":"0.00000000"}}`;
const diff = (b: string, a = '[["61837.64000000","1.54698000"]]', ids = '"U":50093239189,"u":50093239202'): string =>
  `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT",${ids},"b":${b},"a":${a}}}`;

/** Both readings of the same text; what one makes or refuses, the other does, with the same words. */
function expectEqual(text: string): void {
  const frame = Buffer.from(text);
  expect(reader.read(frame)).toEqual(normaliseFrame(frame.toString('utf8'), routes));
}

describe('the reader of bytes', () => {
  it.each([
    ...['61837.63000000', '0', '0.0', '1', '1.', '.5', '+5', '-1', '00012.5', '1e5', '1.2.3', '', ' 1', '1 ', 'x'].map(
      (p) => trade(p),
    ),
    ...[
      '123456789012345',
      '1234567890123456',
      '9007199254740993',
      '0.123456789',
      '0.12345678',
      '1.00000000000000000000000',
    ].map((p) => trade(p)),
    ...['90071992547409.91', '99999999999999', `1.${'0'.repeat(70)}`].map((q) => trade('1', q)),
    trade('1', '1', '"T":9007199254741,"m":false,"M":true}}'),
    trade('1', '1', '"T":007,"m":true,"M":true}}'),
    trade('1', '1', '"T":1.5,"m":true,"M":true}}'),
    trade('1', '1', '"T":1,"m":1,"M":true}}'),
    trade('1', '1', '"T":1,"m":true,"M":false}}'),
    trade('1', '1', '"T":1,"m":true,"M":true}} '),
    trade('1', '1', '"T":1,"m":true,"M":true},"x":1}'),
    ticker('0.00000000'),
    ticker('61837.63000000', 'BTCUSDTX'),
    ticker('61837.63', 'SHIBUSDT'),
    ticker('90071992547409.9'),
    diff('[]', '[]'),
    diff('[["0.00000000","1"]]'),
    diff('[["1","2"],["3","4"]]'),
    diff('[["1","2"],]'),
    diff('[["1","2","3"]]'),
    diff('[["1"]]'),
    diff('[[1,2]]'),
    diff('[ ["1","2"]]'),
    diff('[["1","2"]', '[]'),
    diff('{}'),
    diff('[["1","2"]]', '[]', '"U":5,"u":4'),
    diff('[["99999999999999","2"],["0.1234","1"]]'),
    '{"stream":"btcusdt@trades","data":{}}',
    '{"stream":"btcusdt@trade","data":{"e":"serverShutdown","E":1}}',
    '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}',
    '{"stream":"',
    '{"result":null,"id":1}',
    '',
  ])('%s is what JSON.parse makes of it', (text) => expectEqual(text));

  it('two names with one sum of their bytes are told apart', () => {
    expectEqual(ticker('1').replaceAll('btcusdt@', 'btcusdtx@').replaceAll('BTCUSDT"', 'BTCUSDTX"'));
    expectEqual(ticker('0.00001230').replaceAll('btcusdt@', 'shibusdt@').replaceAll('BTCUSDT"', 'SHIBUSDT"'));
  });

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
      { numRuns: 20_000 },
    );
  });

  it('bytes that are no text are read as JSON.parse reads them', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(255), (place, byte) => {
        const frame = Buffer.from(ticker('61837.63000000'));
        frame[place % frame.length] = byte;
        expect(reader.read(frame)).toEqual(normaliseFrame(frame.toString('utf8'), routes));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe.skipIf(recordingsMissing !== undefined)(`recorded frames ${recordingsMissing ?? ''}`, () => {
  it('each is what JSON.parse makes of it', async () => {
    let different = 0;
    const frames = await recordedFrames(BTCUSDT_PAIR);
    for (const text of frames) {
      const made = reader.read(Buffer.from(text));
      if (JSON.stringify(made) !== JSON.stringify(normaliseFrame(text, routes))) different++;
    }
    expect(frames.length).toBeGreaterThan(90_000);
    expect(different).toBe(0);
  });
});
