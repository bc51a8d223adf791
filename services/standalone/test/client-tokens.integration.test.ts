import { type AuthFailedEvent, TapecastClient, type TradeEvent } from '@tapecast/client';
import { type Embedded, startEmbedded } from '@tapecast/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const TEST = 'TEST$XX';

describe('a client against the real door', () => {
  let system: Embedded;
  const clients: TapecastClient[] = [];
  beforeAll(async () => {
    system = await startEmbedded(['--auth']);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  afterAll(() => system?.stop());

  function connect(token: () => Promise<string>) {
    const client = new TapecastClient({ url: system.stream, token });
    clients.push(client);
    const told = {
      auth: [] as boolean[],
      failed: [] as AuthFailedEvent[],
      states: [] as string[],
      rejected: [] as string[],
    };
    const trades: TradeEvent[] = [];
    client.on('auth', ({ renewed }) => told.auth.push(renewed));
    client.on('authFailed', (event) => told.failed.push(event));
    client.on('state', ({ state }) => told.states.push(state));
    client.on('rejected', ({ symbol, channel, code }) => told.rejected.push(`${symbol} ${channel} ${code}`));
    client.on('trade', (trade) => trades.push(trade));
    client.connect();
    return { client, told, trades };
  }

  /** Every trade since the first live one, without a hole and a double. */
  const expectWhole = (trades: readonly TradeEvent[]): void => {
    const numbers = trades.filter(({ history }) => !history).map(({ number }) => number ?? 0);
    expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
  };

  it('renews again and again in one connection, and misses nothing', async () => {
    const { client, told, trades } = connect(() => system.token({ expires_in: 20 }));
    const gaps: unknown[] = [];
    client.on('gap', (gap) => gaps.push(gap));
    const [result] = await client.subscribe([TEST], ['trade']);
    expect(result).toMatchObject({ ok: true });
    // Less than a minute is left of each token: the next is asked for within half of what is left.
    await expect.poll(() => told.auth.length).toBeGreaterThanOrEqual(3);
    const sofar = trades.length;
    await expect.poll(() => trades.length).toBeGreaterThan(sofar);
    expect(told.auth.slice(0, 3)).toEqual([false, true, true]);
    expect([told.failed, told.states, gaps]).toEqual([[], ['connecting', 'open'], []]);
    expectWhole(trades);
  });

  it('loses what a renewed token does not allow, and is not given it again', async () => {
    const wishes = [{ expires_in: 20 }, { symbols: ['AAPL$US'], channels: ['quote'] }];
    const { client, told } = connect(() =>
      system.token(wishes.shift() ?? { symbols: ['AAPL$US'], channels: ['quote'] }),
    );
    const results = await client.subscribe([TEST, 'AAPL$US'], ['trade', 'quote']);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    await expect.poll(() => told.rejected.length).toBe(3);
    expect(told.rejected.sort()).toEqual([
      `AAPL$US trade forbidden`,
      `${TEST} quote forbidden`,
      `${TEST} trade forbidden`,
    ]);
    const held = await client.querySubscriptions();
    expect(held.map(({ symbol, channel }) => `${symbol} ${channel}`)).toEqual(['AAPL$US quote']);
  });

  it('a token that expires while the source is away: sent away, and back with the next', async () => {
    let asked = 0;
    let away = true;
    const { client, told } = connect(() => {
      if (asked++ > 0 && away) return Promise.reject(new Error('the back end is away'));
      return system.token({ expires_in: 10 });
    });
    await client.subscribe([TEST], ['trade']);
    await expect.poll(() => told.states.includes('reconnecting')).toBe(true);
    expect(told.failed.some(({ code, renewal }) => code === 'token_source' && renewal)).toBe(true);
    expect(told.failed.some(({ code, renewal }) => code === 'token_expired' && !renewal)).toBe(true);
    away = false;
    await expect.poll(() => told.states.at(-1)).toBe('open');
    await expect.poll(async () => (await client.querySubscriptions()).length).toBe(1);
  });
});
