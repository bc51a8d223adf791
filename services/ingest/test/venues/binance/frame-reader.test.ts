import { describe, it } from 'vitest';
import { diff, expectEqual, ticker, trade } from './both-readings.ts';

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
});
