import type { Tick } from '@tapecast/market';
import { createRegistry } from '@tapecast/service-kit';
import { describe, expect, it } from 'vitest';
import { createIngestMetrics } from '../../src/metrics.ts';
import { TickSource } from '../../src/sources/tick-source.ts';
import { VenueSource } from '../../src/sources/venue-source.ts';

function setUp() {
  const ticks: Tick[] = [];
  const metrics = createIngestMetrics(createRegistry());
  const source = new VenueSource(
    'binance',
    's',
    (name) =>
      new TickSource({
        venue: 'binance',
        name,
        partitions: 1,
        partitionOf: () => 0,
        encode: (tick) => {
          ticks.push(tick);
          return new Uint8Array();
        },
        publisher: { push: () => undefined },
        metrics,
      }),
  );
  const trade = (): void =>
    source.emit(
      {
        instrument: 'BTCUSDT$BA',
        exchangeTimeUs: 1,
        priceDecimals: 0,
        sizeDecimals: 0,
        body: { kind: 'trade', id: '1', price: 1, size: 1, side: undefined, conditions: [], counts: 7 },
      },
      1,
    );
  const told = (): unknown[] =>
    ticks.map(({ source: name, sourceSeq, body }) => [
      name,
      sourceSeq,
      body.kind === 'clock' ? body.timeMs : body.kind,
    ]);
  return { source, trade, told };
}

describe('the voice of a venue', () => {
  it('is silent until it is opened, and then says what time it has become meanwhile before anything else', () => {
    const { source, trade, told } = setUp();
    trade();
    source.clock(1_000, 1);
    source.mark(7, 1);
    trade();
    // The log is away for a while.
    source.clock(21_000, 1);
    expect(told()).toEqual([['binance/s#7', 1, 1_000]]);
    source.open(1);
    trade();
    source.clock(22_000, 1);
    expect(told()).toEqual([
      ['binance/s#7', 1, 1_000],
      ['binance/s#7', 2, 21_000],
      ['binance/s#7', 3, 'trade'],
      ['binance/s#7', 4, 22_000],
    ]);
  });

  it('marks nothing without a fence', () => {
    const { source, trade, told } = setUp();
    source.mark(undefined, 1);
    source.open(1);
    trade();
    expect(told()).toEqual([['binance/s', 1, 'trade']]);
  });
});
