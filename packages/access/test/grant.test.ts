import { CHANNELS, type Channel } from '@tapecast/market';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ANONYMOUS, type Grant, readGrant, unknownNames } from '../src/index.ts';

function grantOf(channels: string[] | undefined, symbols: string[] | undefined): Grant {
  const reading = readGrant({ sub: 'alice', exp: 1, tapecast: { channels, symbols } });
  if ('fault' in reading) throw new Error(reading.fault);
  return reading.grant;
}

const allowed = (grant: Grant, instrument = 'AAPL$US'): Channel[] =>
  CHANNELS.filter((channel) => grant.mayRead(instrument, channel));
const KLINES = CHANNELS.filter((channel) => channel.startsWith('kline@'));

describe('channels', () => {
  test.each<[string[] | undefined, readonly Channel[]]>([
    [undefined, []],
    [[], []],
    [['*'], CHANNELS],
    [['trade'], ['trade']],
    [['trades'], ['trade']],
    [['tick'], ['trade']],
    [['quotes'], ['quote']],
    [['kline'], KLINES],
    [['kline@*'], KLINES],
    [['kline@1m'], ['kline@1m']],
    [['kline@5'], ['kline@1h']],
    [['depth'], ['depth@5', 'depth@20']],
    [['depth@5'], ['depth@5']],
    [['depth@50'], ['depth@5', 'depth@20', 'depth@50']],
    [['depth@*'], []],
    [['Quote'], []],
    [['orders', 'quote'], ['quote']],
    [
      ['quote', 'trade'],
      ['trade', 'quote'],
    ],
  ])('%j', (names, channels) => {
    const grant = grantOf(names, ['*']);
    expect(allowed(grant)).toEqual(channels);
    expect(grant.mayName('AAPL$US')).toBe(channels.length > 0);
  });
});

describe('symbols', () => {
  test.each<[string[] | undefined, string[], string[]]>([
    [undefined, [], ['AAPL$US']],
    [[], [], ['AAPL$US']],
    [['*'], ['AAPL$US', 'BTCUSDT$BA'], []],
    [['AAPL$US'], ['AAPL$US'], ['AAPL$HK', 'AAPL2$US', 'BAC$US']],
    [['*$BA'], ['BTCUSDT$BA'], ['AAPL$US']],
    [['*$IN'], ['RELIANCE$NSE$IN'], ['NSE$US']],
    [['600519.SH'], ['600519$SH'], ['600519.SH']],
    [['aapl$us'], ['AAPL$US'], ['aapl$us']],
    [['*$us'], [], ['AAPL$US']],
    [['A*$US'], [], ['AAPL$US', 'A*$US']],
    [['$US', 'US'], [], ['AAPL$US']],
  ])('%j', (names, yes, no) => {
    const grant = grantOf(['quote'], names);
    expect(yes.filter((symbol) => !grant.mayRead(symbol, 'quote'))).toEqual([]);
    expect([...yes, ...no].filter((symbol) => grant.mayRead(symbol, 'trade'))).toEqual([]);
    expect(no.filter((symbol) => grant.mayName(symbol))).toEqual([]);
  });
});

test('channels and symbols hold together: both must allow', () => {
  const symbol = fc.constantFrom('AAPL$US', 'BAC$US', '700$HK', 'BTCUSDT$BA');
  fc.assert(
    fc.property(
      fc.array(fc.oneof(symbol, fc.constantFrom('*$US', '*$HK', '*'))),
      fc.array(fc.constantFrom(...CHANNELS, '*')),
      symbol,
      fc.constantFrom(...CHANNELS),
      (symbols, channels, instrument, channel) => {
        const region = instrument.split('$').at(-1);
        const levels = (name: string): number => Number(/^depth@(\d+)$/.exec(name)?.[1] ?? Number.NaN);
        const expected =
          symbols.some((rule) => rule === '*' || rule === instrument || rule === `*$${region}`) &&
          channels.some((rule) => rule === '*' || rule === channel || levels(rule) >= levels(channel));
        expect(grantOf(channels, symbols).mayRead(instrument, channel)).toBe(expected);
      },
    ),
  );
});

test('no claim of ours allows nothing, and anonymous everything', () => {
  const reading = readGrant({ sub: 'alice', exp: 1 });
  expect('grant' in reading && allowed(reading.grant)).toEqual([]);
  expect(allowed(ANONYMOUS)).toEqual(CHANNELS);
  expect(ANONYMOUS.expiresAtMs).toBe(Infinity);
});

test('limits are read, and what is wrong is named without its value', () => {
  const limits = { symbols: 5, connections: 2, messages_per_second: 10 };
  expect(readGrant({ sub: 'alice', exp: 1, tapecast: { limits } })).toMatchObject({
    grant: { subject: 'alice', expiresAtMs: 1_000, limits: { symbols: 5, connections: 2, messagesPerSecond: 10 } },
  });
  const reading = readGrant({ sub: 'alice', exp: 1, tapecast: { symbols: ['s3cret'.repeat(50)] } });
  expect(reading).toMatchObject({ fault: expect.stringContaining('tapecast.symbols.0') });
  expect(JSON.stringify(reading)).not.toContain('s3cret');
});

test('whoever issues tokens is told of names that mean nothing', () => {
  expect(unknownNames({ channels: ['quote', 'kline', '*'], symbols: ['AAPL$US', '*$BA', '*'] })).toEqual([]);
  const faults = unknownNames({ channels: ['qoute'], symbols: ['AAPL', '*$us'] });
  expect(faults).toHaveLength(3);
  expect(faults[0]).toContain('"qoute"');
});
