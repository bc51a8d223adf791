import { describe, expect, test } from 'vitest';
import { FanoutStand, type TestClient } from '../stand/fanout-stand.ts';

/** Differences of one stream follow what another told: they must be made against what the client has. */
describe.each(['protobuf', 'protobuf_zstd', 'json'] as const)(
  'a client of %s that changes its interval',
  (encoding) => {
    const newest = (client: TestClient) => client.frames().flat().at(-1);

    test('reads right prices after the decimals were raised by another channel', () => {
      for (const [before, after] of [
        [0, 100],
        [100, 0],
        [250, 1000],
      ] as const) {
        const stand = new FanoutStand();
        const one = stand.instrument();
        const client = stand.client(encoding);
        const quote = stand.join(client, one, 'quote', before);
        const depth = stand.join(client, one, 'depth@5', before);
        one.quote(100);
        one.depth([100, 5], [200, 5]);
        stand.fanout.flush();
        stand.timers();
        client.frames();
        one.trade(1_234, 3);
        stand.fanout.flush();
        stand.change(client, quote, after);
        stand.change(client, depth, after);
        stand.timers();
        client.frames();
        one.quote(1_005, 3);
        stand.fanout.flush();
        stand.timers();
        const told = newest(client);
        if (encoding === 'json') expect(told).toMatchObject({ type: 'quote', last: 1.005 });
        else expect(told).toMatchObject({ type: 'quote', priceDecimals: 3, quote: { last: 1_005 } });
      }
    });

    test('reads right bars after an older one was told again', () => {
      const stand = new FanoutStand();
      const one = stand.instrument();
      const client = stand.client(encoding);
      const bars = stand.join(client, one, 'kline@1m', 0);
      one.bar(1, 100, 100);
      one.bar(2, 200, 200);
      one.bar(1, 100, 110, 1);
      stand.fanout.flush();
      stand.change(client, bars, 100);
      stand.timers();
      client.frames();
      one.bar(2, 200, 207);
      stand.timers();
      const told = newest(client);
      if (encoding === 'json') expect(told).toMatchObject({ type: 'kline', close: 2.07 });
      else expect(told).toMatchObject({ type: 'kline', kline: { startMs: 120_000, open: 200, close: 207, trades: 2 } });
    });
  },
);
