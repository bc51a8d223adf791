import { COUNTS_ALL, COUNTS_VOLUME } from '@tapecast/market';
import { describe, expect, it } from 'vitest';
import type { ItickEvent } from '../../../src/venues/itick/messages.ts';
import { ItickNormaliser } from '../../../src/venues/itick/normalise.ts';
import { ItickSymbols, parseItickSymbol, parseItickSymbols } from '../../../src/venues/itick/symbols.ts';
import { SAMPLES } from './mutated-frames.ts';

const SYMBOLS = ['AAPL$US', 'EURUSD$GB', 'ETHUSDT$BA', '700$HK', 'BRK.B$US', 'future:CL$US', 'RELIANCE$NSE$IN'];

function reader(symbols: readonly string[] = SYMBOLS) {
  const { symbols: parsed, faults } = parseItickSymbols(symbols);
  expect(faults).toEqual([]);
  const table = new ItickSymbols(parsed);
  const normaliser = new ItickNormaliser(() => table);
  return (frame: string | object): ItickEvent =>
    normaliser.normalise(Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)));
}

const read = reader();
const data = (fields: object): object => ({ code: 1, data: fields });
const trade = (fields: object = {}): object =>
  data({ s: 'AAPL', r: 'US', ld: 225.215, v: 100, t: 1731689407000, type: 'tick', ...fields });
const tickOf = (frame: string | object) => {
  const event = read(frame);
  if (!('tick' in event)) throw new Error(`no tick: ${JSON.stringify(event)}`);
  return event.tick;
};
const reasonOf = (frame: string | object): string => {
  const event = read(frame);
  return event.type === 'bad' ? event.reason : event.type;
};

describe("the format page's own frames", () => {
  it('tick', () => {
    expect(read(SAMPLES[0]!)).toEqual({
      type: 'trade',
      symbol: { instrument: 'EURUSD$GB', assetClass: 'forex' },
      tick: {
        instrument: 'EURUSD$GB',
        exchangeTimeUs: 1_731_689_407_000_000,
        priceDecimals: 3,
        sizeDecimals: 0,
        body: {
          kind: 'trade',
          id: '',
          price: 225_215,
          size: 16_742_235,
          side: undefined,
          conditions: [],
          counts: COUNTS_ALL,
        },
      },
    });
  });

  it('quote: the previous close and the day, turnover in the decimals of price and size', () => {
    expect(read(SAMPLES[1]!)).toMatchObject({
      type: 'quote',
      tradingStatus: 0,
      leftOut: false,
      tick: {
        exchangeTimeUs: 1_731_689_407_000_000,
        priceDecimals: 3,
        sizeDecimals: 0,
        body: {
          kind: 'quote',
          bid: undefined,
          last: 225_215,
          open: 226_270,
          high: 226_920,
          low: 224_440,
          prevClose: 226_270,
          volume: 16_742_235n,
          turnover: 3_774_688_301_452n,
        },
      },
    });
  });

  it('depth', () => {
    expect(tickOf(SAMPLES[2]!)).toMatchObject({
      exchangeTimeUs: undefined,
      priceDecimals: 2,
      body: { kind: 'bookSnapshot', bids: [32_999, 10, 32_990, 5], asks: [33_001, 10, 33_002, 20] },
    });
  });

  it.each([
    [
      'in its envelope',
      SAMPLES[3]!,
      'EURUSD$GB',
      { open: 305_536, close: 305_939, volume: 28n, turnover: 15_751_300n },
    ],
    ['nested, code 0', SAMPLES[4]!, 'AAPL$US', { open: 305_536, close: 305_939, volume: 28n, turnover: 15_751_300n }],
    [
      'without envelope',
      SAMPLES[5]!,
      'EURUSD$GB',
      { open: 114_025, close: 114_024, volume: 2_918n, turnover: 332_725_565n },
    ],
  ])('k-line %s', (_name, frame, instrument, values) => {
    const tick = tickOf(frame);
    expect(tick).toMatchObject({
      instrument,
      exchangeTimeUs: undefined,
      body: { kind: 'bar', interval: '1m', final: false, trades: undefined, ...values },
    });
  });

  it('answers', () => {
    expect(read('{"code":1,"msg":"Connected Successfully"}')).toEqual({ type: 'ignored' });
    expect(read('{"code":1,"resAc":"auth","msg":"authenticated","data":{"params":"the key"}}')).toEqual({
      type: 'reply',
      action: 'auth',
      ok: true,
      msg: 'authenticated',
    });
    expect(read('{"code":0,"resAc":"auth","msg":"auth failed"}')).toMatchObject({ action: 'auth', ok: false });
    expect(read('{"code":0,"resAc":"subscribe","msg":"exceeding the maximum subscription limit"}')).toMatchObject({
      action: 'subscribe',
      ok: false,
    });
    expect(read('{"resAc":"pong","data":{"params":"1731688569840"}}')).toEqual({
      type: 'pong',
      params: '1731688569840',
    });
    expect(read('{"resAc":"pong","data":{"params":1731688569840}}')).toEqual({ type: 'pong', params: '1731688569840' });
    expect(read('{"code":0,"msg":"no action"}')).toMatchObject({ type: 'reply', action: '', ok: false });
  });
});

describe('names', () => {
  it.each([
    ['AAPL', 'US', 'AAPL$US'],
    ['aapl', 'us', 'AAPL$US'],
    ['AAPL.US', undefined, 'AAPL$US'],
    ['AAPL$US', 'US', 'AAPL$US'],
    ['EURUSD$GB', undefined, 'EURUSD$GB'],
    ['eurusd', undefined, 'EURUSD$GB'],
    ['ETH_USDT', 'BA', 'ETHUSDT$BA'],
    ['BRK.B', 'US', 'BRK.B$US'],
    ['BRK.B.US', undefined, 'BRK.B$US'],
    ['RELIANCE', 'IN', 'RELIANCE$NSE$IN'],
    ['RELIANCE$NSE', 'IN', 'RELIANCE$NSE$IN'],
    ['RELIANCE$NSE$IN', undefined, 'RELIANCE$NSE$IN'],
  ])('%s %s is %s, at the first frame and at later ones', (s, r, instrument) => {
    for (let i = 0; i < 3; i++) expect(tickOf(trade({ s, r })).instrument).toBe(instrument);
  });

  it('that contradict each other, or stand for two instruments, are refused', () => {
    expect(reasonOf(trade({ s: 'AAPL.US', r: 'HK' }))).toBe('unknown_symbol');
    expect(reasonOf(trade({ s: 'IBM' }))).toBe('unknown_symbol');
    expect(reasonOf(trade({ s: 'ſBM' }))).toBe('unknown_symbol');
    const two = reader(['700$HK', '700$US']);
    expect(two(trade({ s: '700', r: undefined }))).toMatchObject({ type: 'bad', reason: 'ambiguous_symbol' });
    expect(two(trade({ s: '700', r: 'HK' }))).toMatchObject({ type: 'trade' });
  });

  it('are learned within bounds: a venue that varies case without end is still read', () => {
    for (let i = 0; i < 16; i++) {
      const s = [...'aapl'].map((letter, at) => ((i >> at) & 1 ? letter.toUpperCase() : letter)).join('');
      expect(tickOf(trade({ s })).instrument).toBe('AAPL$US');
    }
  });
});

describe('numbers', () => {
  it.each([
    ['225.21500', { price: 225_215, decimals: 3 }],
    ['1.674E7', { price: 16_740_000, decimals: 0 }],
    ['8.12e-7', { price: 812, decimals: 9 }],
    ['9007199254740991', { price: 9_007_199_254_740_991, decimals: 0 }],
    ['"225.215"', { price: 225_215, decimals: 3 }],
    ['0.0000000001', { price: 1, decimals: 10 }],
    ['2.5e00000000001', { price: 25, decimals: 0 }],
  ])('%s is exact', (text, { price, decimals }) => {
    const tick = tickOf(JSON.stringify(trade({ ld: 0 })).replace('"ld":0', `"ld":${text}`));
    expect(tick.body).toMatchObject({ price });
    expect(tick.priceDecimals).toBe(decimals);
  });

  it.each([
    ['9007199254740993', 'out_of_range'],
    ['12345678901234567890', 'out_of_range'],
    ['225.21500000000003', 'too_many_digits'],
    ['0.00000000001', 'too_many_digits'],
    ['1e400', 'out_of_range'],
    ['1e-400', 'too_many_digits'],
    ['1e77258972112345678901234567890', 'out_of_range'],
    ['0e772589721', 'not_positive'],
    [`1${'0'.repeat(400)}`, 'too_many_digits'],
    ['0', 'not_positive'],
    ['-1', 'negative'],
    ['007', 'not_json'],
    ['.5', 'not_json'],
    ['NaN', 'not_json'],
    ['"0x10"', 'not_a_number'],
    ['" 1"', 'not_a_number'],
    ['""', 'not_a_number'],
    ['true', 'missing_field'],
    ['null', 'missing_field'],
    ['[1]', 'missing_field'],
  ])('%s is refused: %s', (text, reason) => {
    expect(reasonOf(JSON.stringify(trade({ ld: 0 })).replace('"ld":0', `"ld":${text}`))).toBe(reason);
  });

  it('of sums may be long; with the noise of floating point they are left out, and the rest is told', () => {
    const quote = (v: string, tu: string): string =>
      `{"code":1,"data":{"s":"AAPL","r":"US","ld":225.2,"v":${v},"tu":${tu},"t":1731689407000,"type":"quote"}}`;
    expect(tickOf(quote('12345678901234567890', '98765432109876543210987')).body).toMatchObject({
      volume: 12_345_678_901_234_567_890n,
      turnover: 987_654_321_098_765_432_109_870n,
    });
    expect(read(quote('100', '3774688301.4520001'))).toMatchObject({
      leftOut: true,
      tick: { priceDecimals: 1, body: { last: 2_252, volume: 100n, turnover: undefined } },
    });
    // More decimals than this price: some trade of the day had them.
    expect(tickOf(quote('100', '22521.452'))).toMatchObject({
      priceDecimals: 3,
      body: { last: 225_200, turnover: 22_521_452n },
    });
  });

  it('of a day before its first trade are unknown, not 0', () => {
    expect(tickOf(SAMPLES[14]!).body).toMatchObject({ last: undefined, open: undefined, prevClose: 4_122, volume: 0n });
  });

  it('of futures may be 0 and below, others may not', () => {
    expect(tickOf(trade({ s: 'CL', ld: -37.63 })).body).toMatchObject({ price: -3_763 });
    expect(reasonOf(trade({ ld: -37.63 }))).toBe('negative');
  });
});

describe('a trade', () => {
  it.each([
    [{ te: 0 }, [], COUNTS_ALL],
    [{ te: 1 }, ['pre-market'], COUNTS_VOLUME],
    [{ te: 2 }, ['after-hours'], COUNTS_VOLUME],
    [{ te: 3 }, ['session 3'], COUNTS_VOLUME],
  ])('of the session %o counts for what the tape says', (fields, conditions, counts) => {
    expect(tickOf(trade(fields)).body).toMatchObject({ conditions, counts });
  });

  it.each([
    [{ d: 1 }, 'sell'],
    [{ d: 2 }, 'buy'],
    [{ d: '2' }, 'buy'],
    [{ d: 0 }, undefined],
    [{ d: 7 }, undefined],
  ])('of the direction %o has its side', (fields, side) => {
    expect(tickOf(trade(fields)).body).toMatchObject({ side });
  });

  it('without a time that is one has none', () => {
    expect(tickOf(trade({ t: 0 })).exchangeTimeUs).toBeUndefined();
    expect(reasonOf(trade({ t: undefined }))).toBe('missing_field');
    expect(reasonOf(trade({ t: -1 }))).toBe('not_a_time');
    expect(reasonOf(trade({ t: 1.5 }))).toBe('not_a_time');
    expect(reasonOf(trade({ t: 9_007_199_254_741 }))).toBe('out_of_range');
  });

  it('may have a size of 0, as an index has', () => {
    expect(tickOf(trade({ v: 0 })).body).toMatchObject({ size: 0 });
    expect(reasonOf(trade({ v: -1 }))).toBe('negative');
  });
});

describe('a depth', () => {
  const depth = (a: unknown, b: unknown): object => data({ s: 'AAPL', r: 'US', a, b, type: 'depth' });

  it('is sorted by price, whatever order and places it has', () => {
    const a = [
      { po: 2, p: 10.5, v: 1 },
      { po: 1, p: 10.25, v: 2 },
    ];
    const b = [
      { po: 2, p: 9, v: 3 },
      { po: 1, p: 10, v: 4 },
    ];
    expect(tickOf(depth(a, b)).body).toMatchObject({ asks: [1_025, 2, 1_050, 1], bids: [1_000, 4, 900, 3] });
  });

  it('keeps prices without a size beside the book, and leaves empty places out', () => {
    const event = read(
      depth(
        [{ p: 10.5, v: 0 }],
        [
          { p: 10, v: 0 },
          { p: 0, v: 0 },
        ],
      ),
    );
    expect(event).toMatchObject({
      sizeless: true,
      top: { bid: 100, bidSize: undefined, ask: 105, askSize: undefined },
      tick: { body: { bids: [], asks: [] } },
    });
  });

  it('is refused as a whole for one bad level', () => {
    expect(
      reasonOf(
        depth(
          [
            { p: 10.5, v: 1 },
            { p: 10.5, v: 2 },
          ],
          [],
        ),
      ),
    ).toBe('bad_level');
    expect(reasonOf(depth([{ p: 10.5 }], []))).toBe('missing_field');
    expect(reasonOf(depth([[10.5, 1]], []))).toBe('bad_level');
    expect(reasonOf(depth([{ p: 0, v: 1 }], []))).toBe('not_positive');
    expect(reasonOf(depth([{ p: 1, v: -1 }], []))).toBe('negative');
    expect(reasonOf(depth({}, []))).toBe('missing_field');
    expect(reasonOf(data({ s: 'AAPL', r: 'US', a: [], type: 'depth' }))).toBe('missing_field');
    expect(
      reasonOf(
        depth(
          Array.from({ length: 1_001 }, (_, i) => ({ p: i + 1, v: 1 })),
          [],
        ),
      ),
    ).toBe('bad_level');
  });
});

describe('k-lines', () => {
  const bar = (type: string): object =>
    data({ s: 'AAPL', r: 'US', o: 1, h: 2, l: 1, c: 2, v: 5, t: 1731660000000, type });

  it.each([
    ['1', '1m'],
    ['2', '5m'],
    ['3', '15m'],
    ['4', '30m'],
    ['5', '1h'],
    ['8', '1d'],
    ['1m', '1m'],
    ['1d', '1d'],
  ])('kline@%s is %s', (code, interval) => {
    expect(tickOf(bar(`kline@${code}`)).body).toMatchObject({ interval });
  });

  it('of intervals that nobody keeps are left alone, those that are none refused', () => {
    for (const code of ['6', '7', '9', '10', '2h', '1w', '1M']) expect(reasonOf(bar(`kline@${code}`))).toBe('ignored');
    for (const code of ['0', '11', '', 'x', 'constructor']) expect(reasonOf(bar(`kline@${code}`))).toBe('unknown_type');
    // There 3 was ten minutes.
    expect(reasonOf(SAMPLES[4]!.replace('"t":1,', '"t":3,'))).toBe('ignored');
  });
});

describe('what is no frame of the venue', () => {
  it.each([
    ['', 'not_json'],
    ['null', 'unknown_event'],
    ['[]', 'unknown_event'],
    ['{}', 'unknown_event'],
    ['{"code":1}', 'unknown_event'],
    ['\ufeff{"code":1,"msg":"x"}', 'not_json'],
    ['{"code":1,"msg":"x"} x', 'not_json'],
    ['{"code":1,"code":0,"msg":"x"}', 'duplicate_key'],
    ['{"code":2,"data":{"s":"AAPL"}}', 'bad_code'],
    ['{"code":1,"data":{"s":"AAPL","r":"US"}}', 'missing_field'],
    ['{"code":1,"data":{"s":"AAPL","r":"US","type":"news"}}', 'unknown_type'],
    ['{"code":1,"data":{"s":1,"r":"US","type":"tick"}}', 'missing_field'],
    ['['.repeat(100), 'too_deep'],
    ['{"resAc":"pong","data":{}}', 'missing_field'],
  ])('%s is refused: %s', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  it('takes no key with a NUL before it for the key', () => {
    expect(reasonOf(SAMPLES[0]!.replace('"ld"', '"\u0000ld"'))).toBe('not_json');
  });

  it('a key or value twice is refused in the quick way too', () => {
    expect(reasonOf(SAMPLES[0]!.replace('"v":', '"ld":1,"v":'))).toBe('duplicate_key');
  });
});

describe('--symbols', () => {
  it.each([
    ['AAPL$US', 'AAPL$US', 'stock'],
    ['aapl$us', 'AAPL$US', 'stock'],
    ['600519.SH', '600519$SH', 'stock'],
    ['EURUSD$GB', 'EURUSD$GB', 'forex'],
    ['BTCUSDT$BA', 'BTCUSDT$BA', 'crypto'],
    ['indices:SPX$GB', 'SPX$GB', 'indices'],
    ['STOCK:VOD$GB', 'VOD$GB', 'stock'],
    ['fund:QQQ$US', 'QQQ$US', 'fund'],
  ])('%s is %s of %s', (text, instrument, assetClass) => {
    expect(parseItickSymbol(text)).toEqual({ instrument, assetClass });
  });

  it('says what is wrong, of each', () => {
    const { faults } = parseItickSymbols(['BTCUSDT', 'bond:X$US', 'SPX$GB', 'indices:SPX$GB', '']);
    expect(faults).toEqual([
      expect.stringMatching(/'BTCUSDT' is no instrument \(no_region\); expected SYMBOL\$REGION/),
      expect.stringMatching(/'bond' is no asset class; there are stock, forex/),
      expect.stringMatching(/'SPX\$GB' is asked for both as forex and as indices/),
      expect.stringMatching(/'' is no instrument \(empty\)/),
    ]);
  });
});
