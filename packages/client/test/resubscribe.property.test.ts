import type { Channel } from '@tapecast/wire';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupWanted } from '../src/resubscribe.ts';

const wanted = fc.uniqueArray(
  fc.record({
    symbol: fc.constantFrom('A$US', 'B$US', 'C$US', 'D$US', 'E$US', 'F$US'),
    channel: fc.constantFrom<Channel>('trade', 'quote', 'depth@5', 'depth@20', 'kline@1m'),
    intervalMs: fc.constantFrom(0, 100),
  }),
  { selector: ({ symbol, channel }) => `${symbol} ${channel}` },
);

it('subscribes again exactly what was held, each once', () => {
  fc.assert(
    fc.property(
      wanted,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 5, max: 9 }),
      (held, symbolsMax, pairsMax) => {
        const groups = groupWanted(held, { symbols: symbolsMax, pairs: pairsMax });
        const asked = groups.flatMap(({ symbols, channels, intervalMs }) =>
          symbols.flatMap((symbol) => channels.map((channel) => `${symbol} ${channel} ${intervalMs}`)),
        );
        expect(asked.sort()).toEqual(
          held.map(({ symbol, channel, intervalMs }) => `${symbol} ${channel} ${intervalMs}`).sort(),
        );
        expect(groups.every(({ symbols }) => symbols.length <= symbolsMax)).toBe(true);
        expect(groups.every(({ symbols, channels }) => symbols.length * channels.length <= pairsMax)).toBe(true);
      },
    ),
  );
});
