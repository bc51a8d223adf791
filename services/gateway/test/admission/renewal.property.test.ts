import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openStand, type Stand } from '../stand/stand.ts';
import { StreamClient, type Wire } from '../stand/stream-client.ts';
import { ISSUER, TokenIssuer } from '../stand/token-issuer.ts';

let stand: Stand;
let issuer: TokenIssuer;

const SYMBOLS = ['AAPL$US', '700$HK', 'BTCUSDT$BA', 'NOPE$HK'];
const CHANNELS = ['trade', 'quote', 'depth@5', 'depth@20'];

interface Access {
  channels: string[];
  symbols: string[];
}

/** From the definition of the claim, for the names that are used here. */
function allows(access: Access, symbol: string, channel: string): boolean {
  const region = symbol.slice(symbol.indexOf('$') + 1);
  const symbols = [symbol, `*$${region}`, '*'];
  const channels = [channel, '*', ...(channel === 'depth@5' ? ['depth@20'] : [])];
  return (
    symbols.some((rule) => access.symbols.includes(rule)) && channels.some((rule) => access.channels.includes(rule))
  );
}

const access = fc.record({
  channels: fc.subarray([...CHANNELS, '*']),
  symbols: fc.subarray([...SYMBOLS, '*$HK', '*$US', '*']),
});
const pairs = fc.record({
  symbols: fc.subarray(SYMBOLS, { minLength: 1 }),
  channels: fc.subarray(CHANNELS, { minLength: 1 }),
});
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('auth' as const), access }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('forged' as const, 'stranger' as const), access }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('subscribe' as const), pairs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unsubscribe' as const), pairs }) },
);

beforeAll(async () => {
  issuer = await TokenIssuer.open();
  stand = await openStand({ config: { anonymous: false, jwks: issuer.path, tokenIssuer: ISSUER } });
  write();
  await stand.market.write();
});
afterAll(async () => {
  await stand.stop();
  await issuer.close();
});

let price = 100;
function write(): void {
  price++;
  for (const symbol of SYMBOLS.slice(0, 3)) {
    stand.market.trade(symbol, price);
    stand.market.quote(symbol, price);
    stand.market.depth(symbol, [price - 1, 1], [price + 1, 1], true);
  }
}

test('whatever is renewed, subscribed and refused in any order: what a client has is what its token in force allows', async () => {
  await fc.assert(
    fc.asyncProperty(
      access,
      fc.array(step, { minLength: 1, maxLength: 12 }),
      fc.constantFrom('tapecast.v1.json', 'tapecast.v1.protobuf'),
      async (first, steps, protocol) => {
        const client = await StreamClient.open(stand.gateway.port, protocol, `?token=${issuer.token(first)}`);
        /** The access in force after the answer of an id. */
        const inForce = new Map<unknown, Access>();
        let current = first;
        let held = new Set<string>();
        for (const [id, { kind, ...what }] of steps.entries()) {
          write();
          const writing = stand.market.write();
          if ('access' in what) {
            const token = issuer.token(what.access, kind === 'stranger' ? { sub: 'bob' } : {});
            const answer = await client.ask({ action: 'auth', id, token: kind === 'forged' ? `${token}AAAA` : token });
            if (kind !== 'auth') expect(answer.code).toBe(kind === 'forged' ? 'token_invalid' : 'forbidden');
            else {
              current = what.access;
              inForce.set(id, current);
              const lost = [...held].filter((pair) => !allows(current, ...(pair.split(' ') as [string, string])));
              expect(answer.results.map(({ symbol, channel }: Wire) => `${symbol} ${channel}`).sort()).toEqual(
                lost.sort(),
              );
              held = new Set([...held].filter((pair) => !lost.includes(pair)));
            }
          } else {
            const answer = await client.ask({ action: kind, id, ...what.pairs, intervalMs: 0 });
            const expected = what.pairs.symbols.flatMap((symbol) =>
              what.pairs.channels.map((channel) => {
                const pair = `${symbol} ${channel}`;
                if (!allows(current, symbol, channel)) return `${pair} forbidden`;
                if (symbol === 'NOPE$HK') return `${pair} unknown_symbol`;
                if (kind === 'unsubscribe') return held.delete(pair) ? `${pair} ok` : `${pair} not_subscribed`;
                held.add(pair);
                return `${pair} ok`;
              }),
            );
            expect(
              answer.results.map(({ symbol, channel, ok, code }: Wire) => `${symbol} ${channel} ${ok ? 'ok' : code}`),
            ).toEqual(expected);
          }
          await writing;
        }
        const { subscriptions } = await client.ask({ action: 'query_subscribe', id: 'end' });
        expect(subscriptions.map(({ symbol, channel }: Wire) => `${symbol} ${channel}`).sort()).toEqual(
          [...held].sort(),
        );
        let granted = first;
        for (const message of client.messages) {
          if (message.type === 'success') granted = inForce.get(message.id) ?? granted;
          else if ('channel' in message && !allows(granted, message.symbol, message.channel)) {
            throw new Error(
              `${message.channel} of ${message.symbol} came, and ${JSON.stringify(granted)} was in force`,
            );
          }
        }
        client.close();
      },
    ),
    { numRuns: 40 / inject('fewerRuns') },
  );
});
