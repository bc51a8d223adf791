import { describe, expect, it } from 'vitest';
import { fenceOfSource, SourceFences, sourceName, venueOfSource } from '../src/index.ts';

describe('the name of a source', () => {
  it('has venue, session and, where there is one, the fence', () => {
    expect(sourceName('binance', '0mi1x', undefined)).toBe('binance/0mi1x');
    expect(sourceName('binance', '0mi1x', 1_763_700_000_123)).toBe('binance/0mi1x#1763700000123');
    expect(venueOfSource('binance/0mi1x#17')).toBe('binance');
    expect(venueOfSource('binance')).toBe('binance');
  });

  it.each([
    ['binance/0mi1x#17', 17],
    ['binance/0mi1x', 0],
    ['binance/0mi1x#', 0],
    ['binance/a#b', 0],
    ['binance/a#017', 0],
    ['binance/a#3#4', 4],
    ['binance/a#9999999999999999', 0],
  ])('%s has fence %d', (source, fence) => {
    expect(fenceOfSource(source)).toBe(fence);
  });
});

describe('fences of one partition', () => {
  it('leave out what a lower fence of the same venue wrote after a higher one', () => {
    const fences = new SourceFences();
    expect(fences.passes('binance/old')).toBe(true);
    expect(fences.passes('binance/a#10')).toBe(true);
    expect(fences.passes('binance/old')).toBe(false);
    expect(fences.passes('itick/x')).toBe(true);
    expect(fences.passes('binance/b#11')).toBe(true);
    expect(fences.passes('binance/a#10')).toBe(false);
    expect(fences.passes('binance/b#11')).toBe(true);
    expect(fences.passes('binance/c#11')).toBe(true);
  });
});
