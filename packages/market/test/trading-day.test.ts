import { describe, expect, test, vi } from 'vitest';
import { TradingCalendar } from '../src/index.ts';

const at = (iso: string): number => Date.parse(iso);
const day = (instrument: string, iso: string) => {
  const { startMs, endMs } = new TradingCalendar().tradingDayAt(instrument, at(iso));
  return [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
};

describe('trading day', () => {
  test.each([
    ['BTCUSDT$BA', '2024-08-08T23:59:59.999Z', '2024-08-08T00:00:00.000Z', '2024-08-09T00:00:00.000Z'],
    ['TEST$XX', '2024-08-09T00:00:00Z', '2024-08-09T00:00:00.000Z', '2024-08-10T00:00:00.000Z'],
    ['NEW$ZZ', '2024-08-09T12:00:00Z', '2024-08-09T00:00:00.000Z', '2024-08-10T00:00:00.000Z'],
    ['AAPL$US', '2024-08-08T03:59:59Z', '2024-08-07T04:00:00.000Z', '2024-08-08T04:00:00.000Z'],
    ['AAPL$US', '2024-01-08T05:00:00Z', '2024-01-08T05:00:00.000Z', '2024-01-09T05:00:00.000Z'],
    ['700$HK', '2024-08-08T16:00:00Z', '2024-08-08T16:00:00.000Z', '2024-08-09T16:00:00.000Z'],
    ['600519$SH', '2024-08-08T15:59:59Z', '2024-08-07T16:00:00.000Z', '2024-08-08T16:00:00.000Z'],
    ['RELIANCE$NSE$IN', '2024-08-08T18:30:00Z', '2024-08-08T18:30:00.000Z', '2024-08-09T18:30:00.000Z'],
    ['7203$JP', '2024-08-08T14:59:59Z', '2024-08-07T15:00:00.000Z', '2024-08-08T15:00:00.000Z'],
    ['THYAO$TR', '2024-08-08T21:00:00Z', '2024-08-08T21:00:00.000Z', '2024-08-09T21:00:00.000Z'],
    ['EURUSD$GB', '2024-08-08T20:59:59Z', '2024-08-07T21:00:00.000Z', '2024-08-08T21:00:00.000Z'],
    ['EURUSD$GB', '2024-08-08T21:00:00Z', '2024-08-08T21:00:00.000Z', '2024-08-09T21:00:00.000Z'],
    ['EURUSD$GB', '2024-01-08T21:59:59Z', '2024-01-07T22:00:00.000Z', '2024-01-08T22:00:00.000Z'],
  ])('%s at %s', (instrument, iso, start, end) => {
    expect(day(instrument, iso)).toEqual([start, end]);
  });

  test('has 23 hours when the clock is put forward and 25 when it is put back', () => {
    expect(day('AAPL$US', '2024-03-10T12:00:00Z')).toEqual(['2024-03-10T05:00:00.000Z', '2024-03-11T04:00:00.000Z']);
    expect(day('AAPL$US', '2024-11-03T12:00:00Z')).toEqual(['2024-11-03T04:00:00.000Z', '2024-11-04T05:00:00.000Z']);
    expect(day('EURUSD$GB', '2024-03-10T12:00:00Z')).toEqual(['2024-03-09T22:00:00.000Z', '2024-03-10T21:00:00.000Z']);
    expect(day('EURUSD$GB', '2024-11-03T12:00:00Z')).toEqual(['2024-11-02T21:00:00.000Z', '2024-11-03T22:00:00.000Z']);
  });

  test('begins where midnight itself is skipped or struck twice', () => {
    // São Paulo put its clock forward at midnight of 2018-11-04, and back at midnight of 2018-02-18.
    expect(day('PETR4$BR', '2018-11-04T12:00:00Z')).toEqual(['2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z']);
    expect(day('PETR4$BR', '2018-02-18T02:30:00Z')).toEqual(['2018-02-17T02:00:00.000Z', '2018-02-18T03:00:00.000Z']);
    expect(day('PETR4$BR', '2018-02-18T12:00:00Z')).toEqual(['2018-02-18T03:00:00.000Z', '2018-02-19T03:00:00.000Z']);
  });

  test('days of a year follow each other without gap or overlap', () => {
    const calendar = new TradingCalendar();
    for (const instrument of ['AAPL$US', 'EURUSD$GB', '7203$JP', 'BHP$AU', 'PETR4$BR']) {
      let { endMs } = calendar.tradingDayAt(instrument, at('2018-01-01T00:00:00Z'));
      for (let i = 0; i < 366; i++) {
        const next = calendar.tradingDayAt(instrument, endMs);
        expect(next.startMs).toBe(endMs);
        expect(calendar.tradingDayAt(instrument, next.endMs - 1)).toEqual(next);
        endMs = next.endMs;
      }
    }
  });

  test('asks Intl once a day and zone, never for UTC', () => {
    const format = vi.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts');
    const calendar = new TradingCalendar();
    calendar.tradingDayAt('AAPL$US', at('2024-08-08T12:00:00Z'));
    const asked = format.mock.calls.length;
    for (let i = 0; i < 100; i++) calendar.tradingDayAt(`S${i}$US`, at('2024-08-08T12:00:00Z') + i * 1000);
    calendar.tradingDayAt('BTCUSDT$BA', at('2024-08-08T12:00:00Z'));
    expect(format.mock.calls.length).toBe(asked);
    format.mockRestore();
  });
});
