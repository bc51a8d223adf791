import { describe, expect, test } from 'vitest';
import { FanoutStand } from '../stand/fanout-stand.ts';

describe.each(['protobuf', 'protobuf_zstd', 'json'] as const)(
  'a socket of %s that can not be written to',
  (encoding) => {
    test('keeps nothing from others, now or later, and is to be closed', () => {
      const stand = new FanoutStand({ cohortClientsMin: 2 });
      stand.failures = [];
      const [one, two] = [stand.instrument(), stand.instrument()];
      const clients = [0, 1, 2, 3, 4].map(() => stand.client(encoding));
      // Two who are told as one, one with several streams, and some with one.
      for (const [at, client] of clients.entries()) {
        stand.join(client, one, 'quote');
        if (at < 2) stand.join(client, two, 'quote');
        if (at === 2) stand.join(client, two, 'trade');
      }
      stand.settle();
      const left = new Set(clients);
      for (const bad of [clients[0], clients[2], clients[3]] as typeof clients) {
        left.delete(bad);
        bad.fake.send = () => {
          throw new Error('Invalid access of closed uWS.WebSocket');
        };
        one.quote(1);
        two.quote(1);
        two.trade(1);
        one.fanout.status({ type: 'status', symbol: one.symbol, state: 'halted', since: 1, source: 'x', reason: '' });
        for (const client of left) client.frames();
        stand.fanout.flush();
        for (const client of left) {
          const messages = client.frames().flat();
          expect(messages.filter(({ type }) => type === 'status')).toHaveLength(1);
          expect(messages.filter((message) => message.type === 'quote' && message.symbol === one.symbol)).toHaveLength(
            1,
          );
        }
        expect(clients.filter(({ dropped }) => dropped)).toEqual(clients.filter((client) => !left.has(client)));
        expect(stand.failures.length).toBeGreaterThan(0);
      }
    });
  },
);
