import { setTimeout as delay } from 'node:timers/promises';
import { openMemorySessionStore, type SessionStore } from '@tapecast/market-state';
import { afterEach, describe, expect, test } from 'vitest';
import type { Stand } from '../stand/stand.ts';
import type { Wire } from '../stand/stream-client.ts';
import { TokenIssuer } from '../stand/token-issuer.ts';
import { closeAll, connect, numbers, open, openTwo, position, resumeOf, token, trade, upTo } from './coming-back.ts';

const PROTOCOLS = ['tapecast.v1.json', 'tapecast.v1.protobuf', 'tapecast.v1.protobuf.zstd'];

afterEach(closeAll);

describe.each(PROTOCOLS)('a client that comes back in %s', (protocol) => {
  test('from a number that no other can follow is told so', async () => {
    const { one } = await openTwo();
    await trade(one, 1);
    const client = await connect(one, protocol);
    const { epoch } = (await client.ask({ action: 'subscribe', id: 1, symbols: ['AAPL$US'], channels: ['quote'] }))
      .results[0];
    const answer = await resumeOf(client, undefined, [position('trade', epoch, Number.MAX_SAFE_INTEGER)]);
    expect(answer).toMatchObject({ code: 'bad_request', msg: expect.stringContaining('positions[0][3]') });
    const last = await resumeOf(client, undefined, [position('trade', epoch, Number.MAX_SAFE_INTEGER - 1)]);
    expect(last.results).toMatchObject([{ ok: true, from: Number.MAX_SAFE_INTEGER }]);
  });

  test('is told at another gateway every trade that it missed, then goes on live', async () => {
    const { one, other } = await openTwo();
    await trade(one, 5);
    const before = await connect(one, protocol);
    await before.subscribe(1, ['AAPL$US'], ['trade', 'quote']);
    await trade(one, 3);
    await before.until(() => numbers(before).at(-1) === 8);
    before.close();
    await trade(one, 7);
    const after = await connect(other, protocol);
    const { epoch } = one.market;
    const answer = await resumeOf(after, token(before), [position('trade', epoch, 8), position('quote', epoch, 2)]);
    expect(answer).toMatchObject({ type: 'success', action: 'resume' });
    expect(answer.results).toMatchObject([
      { symbol: 'AAPL$US', channel: 'trade', ok: true, outcome: 'resumed', from: 9, epoch, seq: 8 },
      { symbol: 'AAPL$US', channel: 'quote', ok: true, outcome: 'keyframe', epoch, seq: 3 },
    ]);
    await trade(one, 4);
    await after.until(() => numbers(after).at(-1) === 19);
    expect(numbers(after)).toEqual(upTo(9, 19));
    const prices = after.data('AAPL$US', 'trade').map((message: Wire) => message.trade?.id ?? message.id);
    expect(prices.filter((id: string) => id === 'id-0')).toHaveLength(2);
  });

  test('after hundreds of trades is told each, while more come', async () => {
    const { one, other } = await openTwo();
    for (let i = 0; i < 20; i++) await trade(one, 40);
    const clients = await Promise.all([20, 20, 333, 799].map(() => connect(other, protocol)));
    const positions = [20, 20, 333, 799].map((seq) => position('trade', one.market.epoch, seq));
    const answers = clients.map((client, i) => resumeOf(client, undefined, [positions[i] as object]));
    for (let i = 0; i < 5; i++) await trade(one, 20);
    for (const [i, client] of clients.entries()) {
      const { seq } = positions[i] as { seq: number };
      expect((await answers[i])?.results).toMatchObject([{ outcome: 'resumed', from: seq + 1 }]);
      await client.until(() => numbers(client).at(-1) === 900);
      expect(numbers(client)).toEqual(upTo(seq + 1, 900));
    }
  });

  test('with nothing missed is told nothing again', async () => {
    const { one, other } = await openTwo();
    await trade(one, 5);
    const client = await connect(other, protocol);
    const { epoch } = one.market;
    const { results } = await resumeOf(client, undefined, [position('trade', epoch, 5)]);
    expect(results).toMatchObject([{ outcome: 'resumed', from: 6, seq: 5 }]);
    await trade(one, 1);
    await client.until(() => numbers(client).length > 0);
    expect(numbers(client)).toEqual([6]);
  });

  test('that is away for longer than anything is kept is told what is lost, and all since', async () => {
    const { one, other } = await openTwo({ config: { limits: { replayWindowBytes: 8_000 } }, partitions: 1 });
    await trade(one, 200);
    await one.market.checkpoint();
    const client = await connect(other, protocol);
    const { results } = await resumeOf(client, undefined, [position('trade', one.market.epoch, 20)]);
    const [{ lost, from, outcome }] = results;
    expect({ outcome, lost, seq: results[0].seq }).toEqual({ outcome: 'hole', lost: [21, from - 1], seq: 20 });
    const hole = await client.next((message) => message.type === 'notice' && message.code === 'hole');
    expect(hole.range).toEqual([21, from - 1]);
    await client.until(() => numbers(client).at(-1) === 200);
    expect(numbers(client)).toEqual(upTo(from, 200));
  });

  test('and is further behind what is kept than is read at once gets all that is kept', async () => {
    const { one, other } = await openTwo({ config: { limits: { replayWindowBytes: 30_000 } }, partitions: 1 });
    for (let i = 0; i < 26; i++) await trade(one, 100);
    await one.market.checkpoint();
    const client = await connect(other, protocol);
    const { results } = await resumeOf(client, undefined, [position('trade', one.market.epoch, 20)]);
    const [{ lost, from, outcome }] = results;
    expect({ outcome, lost }).toEqual({ outcome: 'hole', lost: [21, from - 1] });
    expect(from).toBeGreaterThan(1_020);
    expect(from).toBeLessThan(2_500);
    await client.until(() => numbers(client).at(-1) === 2_600);
    expect(numbers(client)).toEqual(upTo(from, 2_600));
    expect(client.messages.filter(({ code }) => code === 'hole')).toMatchObject([{ range: [21, from - 1] }]);
  });

  test('of an epoch that is over is told so, and all there is of the new one', async () => {
    const { one, other } = await openTwo();
    await trade(one, 6);
    const client = await connect(other, protocol);
    const { results } = await resumeOf(client, undefined, [
      position('trade', 'older.1.0', 77),
      position('quote', 'older.1.0', 3),
    ]);
    expect(results).toMatchObject([
      { outcome: 'hole', epoch: one.market.epoch, seq: 0, from: 1 },
      { outcome: 'keyframe', epoch: one.market.epoch, seq: 1 },
    ]);
    await client.until(() => numbers(client).at(-1) === 6);
    expect(numbers(client)).toEqual(upTo(1, 6));
    const notices = client.messages.filter(({ type }) => type === 'notice');
    expect(notices).toMatchObject([{ code: 'hole', channel: 'trade', epoch: one.market.epoch }]);
  });

  test('with more than the gateway knows yet is told nothing twice', async () => {
    const { one, other } = await openTwo();
    await trade(one, 5);
    const client = await connect(other, protocol);
    const { epoch } = one.market;
    const { results } = await resumeOf(client, undefined, [position('trade', epoch, 7), position('quote', epoch, 2)]);
    expect(results).toMatchObject([{ outcome: 'resumed', from: 8, seq: 7 }, { outcome: 'keyframe' }]);
    await trade(one, 6);
    await client.until(() => numbers(client).at(-1) === 11);
    expect(numbers(client)).toEqual(upTo(8, 11));
    await client.until(() => client.data('AAPL$US', 'quote').length > 0);
    expect(client.data('AAPL$US', 'quote').every((message: Wire) => message.range[1] >= 2)).toBe(true);
  });
});

test('a book that changed beyond the cut only is shown at once to who was told its newest number', async () => {
  const { one, other } = await openTwo();
  const levels = (from: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => [from - i, 5]).flat();
  one.market.depth('AAPL$US', levels(100, 8), [], true);
  await one.market.write();
  for (const intervalMs of [0, 100]) {
    const there = await connect(other);
    await there.subscribe(1, ['AAPL$US'], ['depth@5'], intervalMs);
    await there.until(() => there.data('AAPL$US', 'depth@5').length === 1);
    for (let i = 0; i < 3; i++) one.market.depth('AAPL$US', [93, 10 + i + intervalMs], []);
    await one.market.write();
    const { depth } = one.market.view('AAPL$US').seqs;
    await other.log.offsets('md.updates');
    const client = await connect(other);
    const position = { symbol: 'AAPL$US', channel: 'depth@5', epoch: one.market.epoch, seq: depth, intervalMs };
    const { results } = await resumeOf(client, undefined, [position]);
    expect(results).toMatchObject([{ outcome: 'keyframe' }]);
    const book = await client.next(({ type }) => type === 'l2_snapshot', 1_500);
    expect(book.range[1]).toBeGreaterThanOrEqual(depth);
    expect(client.messages.filter(({ type }) => type === 'notice')).toEqual([]);
    there.close();
  }
});

describe('a session', () => {
  test('goes on at another gateway with what it subscribed, and the older connection ends', async () => {
    const { one, other } = await openTwo();
    await trade(one, 5);
    const before = await connect(one);
    expect(before.messages[0].session).toBe(token(before).split('.')[0]);
    await before.subscribe(1, ['AAPL$US', '700$HK'], ['quote'], 100);
    await before.subscribe(2, ['AAPL$US'], ['trade']);
    await stored(one, 1);
    const after = await connect(other, 'tapecast.v1.protobuf');
    const answer = await resumeOf(after, token(before), [position('trade', one.market.epoch, 2)]);
    expect(answer).toMatchObject({
      session: before.messages[0].session,
      resumeToken: token(before),
      sessionResumed: true,
    });
    const said = answer.results.map(({ symbol, channel, outcome, intervalMs }: Wire) => [
      symbol,
      channel,
      outcome,
      intervalMs,
    ]);
    expect(said).toEqual([
      ['AAPL$US', 'trade', 'resumed', 0],
      ['AAPL$US', 'quote', 'keyframe', 100],
      ['700$HK', 'quote', 'keyframe', 100],
    ]);
    expect(await before.closed()).toBe(4004);
    await after.until(() => numbers(after).length === 3);
    // And once more, back at the first. What is stored is what it has: nothing was written for its coming.
    await stored(other, 1);
    await written(other, 0);
    const again = await connect(one);
    expect(await resumeOf(again, token(before))).toMatchObject({ session_resumed: true });
    expect(await after.closed()).toBe(4004);
  });

  test('goes on at the same gateway with what nobody has stored yet', async () => {
    const { one } = await openTwo({ config: { limits: { sessionWriteMs: 60_000 } } });
    const before = await connect(one);
    await before.subscribe(1, ['AAPL$US'], ['quote'], 250);
    const after = await connect(one);
    const answer = await resumeOf(after, token(before));
    expect(answer).toMatchObject({ session_resumed: true, results: [{ channel: 'quote', interval_ms: 250 }] });
    expect(await before.closed()).toBe(4004);
    after.socket.close(1000);
    await after.closed();
    const third = await connect(one);
    expect(await resumeOf(third, token(before))).toMatchObject({
      session_resumed: true,
      results: [{ interval_ms: 250 }],
    });
  });

  test('is nobody else’s: another secret, another subject', async () => {
    const issuer = await TokenIssuer.open();
    open.push(issuer);
    const access = { channels: ['quote', 'trade'], symbols: ['*'] };
    const { one, other } = await openTwo({
      config: { anonymous: true, jwks: issuer.path, tokenIssuer: 'https://issuer.test' },
    });
    const query = (sub: string): string => `?token=${issuer.token(access, { sub })}`;
    const alice = await connect(one, 'tapecast.v1.json', query('alice'));
    await alice.subscribe(1, ['AAPL$US'], ['quote']);
    await stored(one, 1);
    const bob = await connect(other, 'tapecast.v1.json', query('bob'));
    const anonymous = await connect(other);
    const positions = [position('quote', '', 0)];
    const wrong = `${token(alice).slice(0, -1)}${token(alice).endsWith('A') ? 'B' : 'A'}`;
    const own = await connect(other, 'tapecast.v1.json', query('alice'));
    for (const [client, text] of [
      [bob, token(alice)],
      [anonymous, token(alice)],
      [own, wrong],
      [own, 'nonsense'],
    ] as const) {
      const answer = await resumeOf(client, text, positions);
      expect(answer).toMatchObject({
        session_resumed: false,
        session: client.messages[0].session,
        resume_token: token(client),
      });
      expect(answer.results).toHaveLength(1);
    }
    expect(alice.closeCode).toBeUndefined();
    const home = await connect(other, 'tapecast.v1.json', query('alice'));
    expect(await resumeOf(home, token(alice))).toMatchObject({ session_resumed: true, results: [{ ok: true }] });
  });

  test('whose client went in order is told from where it went', async () => {
    const { one, other } = await openTwo();
    await trade(one, 5);
    const before = await connect(one);
    await before.subscribe(1, ['AAPL$US'], ['trade']);
    await trade(one, 1);
    await before.until(() => numbers(before).at(-1) === 6);
    await stored(one, 1);
    before.socket.close(1000);
    await before.closed();
    await written(one, 2);
    await trade(one, 3);
    const after = await connect(other);
    const answer = await resumeOf(after, token(before));
    expect(answer.results).toMatchObject([{ outcome: 'resumed', from: 7 }]);
    await after.until(() => numbers(after).length === 3);
    expect(numbers(after)).toEqual([7, 8, 9]);
  });

  test('comes back in several messages, of which the last brings what none names', async () => {
    const { one, other } = await openTwo();
    const before = await connect(one);
    await before.subscribe(1, ['AAPL$US', '700$HK', 'BTCUSDT$BA'], ['quote'], 50);
    await stored(one, 1);
    const after = await connect(other);
    const first = await resumeOf(after, token(before), [position('quote', '', 0)], true);
    expect(first.results.map(({ symbol }: Wire) => symbol)).toEqual(['AAPL$US']);
    const last = await resumeOf(after, token(before), [position('quote', '', 0, '700$HK')]);
    expect(last).toMatchObject({ session_resumed: true });
    expect(last.results).toMatchObject([
      { symbol: '700$HK', outcome: 'keyframe' },
      { symbol: 'AAPL$US', ok: true },
      { symbol: 'BTCUSDT$BA', outcome: 'keyframe', interval_ms: 50 },
    ]);
    expect(last.results[1].outcome).toBeUndefined();
  });

  test('without a store that answers is a new one, in time, and loses nothing', async () => {
    const away = openMemorySessionStore();
    const never = new Promise<never>(() => {});
    const store: SessionStore = { take: () => never, write: () => never, close: () => away.close() };
    const { one, other } = await openTwo({ config: { limits: { sessionTakeMs: 50 } } }, store);
    await trade(one, 5);
    const client = await connect(other);
    const lost = `${crypto.randomUUID()}.${'A'.repeat(22)}`;
    const answer = await resumeOf(client, lost, [position('trade', one.market.epoch, 1)]);
    expect(answer).toMatchObject({ session_resumed: false, results: [{ outcome: 'resumed', from: 2 }] });
    await client.until(() => numbers(client).length === 4);
    expect(await other.metrics.metrics()).toContain('tapecast_gateway_session_takes_total{outcome="unavailable"} 1');
  });

  test('goes on where the store answers after a second, as while another node takes over from a master', async () => {
    const real = openMemorySessionStore();
    const store: SessionStore = {
      take: (...all) => delay(1_000).then(() => real.take(...all)),
      write: (all) => real.write(all),
      close: () => real.close(),
    };
    const { one, other } = await openTwo({}, store);
    await trade(one, 5);
    const before = await connect(one);
    await before.subscribe(1, ['AAPL$US'], ['quote', 'trade'], 100);
    await stored(one, 1);
    const after = await connect(other);
    const answer = await resumeOf(after, token(before), [position('trade', one.market.epoch, 1)]);
    expect(answer).toMatchObject({ session: before.messages[0].session, session_resumed: true });
    expect(answer.results).toMatchObject([
      { channel: 'trade', outcome: 'resumed', from: 2, interval_ms: 100 },
      { channel: 'quote', outcome: 'keyframe', interval_ms: 100 },
    ]);
    await after.until(() => numbers(after).length === 4);
    expect(await other.metrics.metrics()).toContain('tapecast_gateway_session_takes_total{outcome="unavailable"} 0');
  });

  test('is written once for what changes together, and not for what is told', async () => {
    const real = openMemorySessionStore();
    let writes = 0;
    const store: SessionStore = {
      take: (...all) => real.take(...all),
      write: (all) => {
        writes += all.length;
        return real.write(all);
      },
      close: () => real.close(),
    };
    // Longer than twenty requests take, also where this process is kept from running.
    const { one } = await openTwo({ config: { limits: { sessionWriteMs: 2_000 } } }, store);
    await trade(one, 1);
    const client = await connect(one);
    const ids = Array.from({ length: 20 }, (_, i) => i + 1);
    await Promise.all(ids.map((id) => client.subscribe(id, ['AAPL$US'], ['trade'], id % 2 === 0 ? 50 : 0)));
    await stored(one, 1);
    const once = writes;
    expect(once).toBeLessThanOrEqual(2);
    for (let i = 0; i < 20; i++) await trade(one, 10);
    await client.until(() => numbers(client).at(-1) === 201);
    expect(writes).toBe(once);
  });
});

describe('a store that is not well', () => {
  test('is written again when it answers, with what is then', async () => {
    const real = openMemorySessionStore();
    let away = true;
    const store: SessionStore = {
      take: (...all) => real.take(...all),
      write: (all) => (away ? Promise.reject(new Error('away')) : real.write(all)),
      close: () => real.close(),
    };
    const { one, other } = await openTwo({ config: { limits: { sessionWriteMs: 10, sessionRetryMs: 20 } } }, store);
    const client = await connect(one);
    await client.subscribe(1, ['AAPL$US'], ['quote']);
    const failed = /session_writes_total\{outcome="failed"\} [1-9]/;
    await expect.poll(() => one.metrics.metrics(), { interval: 10 }).toMatch(failed);
    await client.subscribe(2, ['700$HK'], ['quote']);
    away = false;
    await stored(one, 1);
    const after = await connect(other);
    expect((await resumeOf(after, token(client))).results).toHaveLength(2);
  });

  test('that forgot a session is told it again when its time is renewed', async () => {
    let now = 0;
    const store = openMemorySessionStore(() => now);
    const limits = { sessionWriteMs: 10, sessionRenewMs: 50, sessionKeptMs: 100, resumeWindowMs: 50 };
    const { one, other } = await openTwo({ config: { limits } }, store);
    const client = await connect(one);
    await client.subscribe(1, ['AAPL$US'], ['quote']);
    await stored(one, 1);
    now += 1_000;
    const absent = /session_writes_total\{outcome="absent"\} [1-9]/;
    await expect.poll(() => one.metrics.metrics(), { interval: 10 }).toMatch(absent);
    await written(one, 2);
    const after = await connect(other);
    expect(await resumeOf(after, token(client))).toMatchObject({ session_resumed: true, results: [{ ok: true }] });
  });

  test('and no bus: the older connection ends with its next write', async () => {
    const store = openMemorySessionStore();
    const { one } = await openTwo({}, store);
    const { one: alone } = await openTwo({}, store);
    const before = await connect(one);
    await before.subscribe(1, ['AAPL$US'], ['quote']);
    await stored(one, 1);
    const after = await connect(alone);
    expect(await resumeOf(after, token(before))).toMatchObject({ session_resumed: true });
    expect(before.closeCode).toBeUndefined();
    await before.subscribe(2, ['700$HK'], ['quote']);
    expect(await before.closed()).toBe(4004);
    expect((await after.ask({ action: 'query_subscribe', id: 5 })).subscriptions).toHaveLength(1);
  });
});

describe('what asks too much', () => {
  test('is answered, and the connection stays open', async () => {
    const { one } = await openTwo({ config: { limits: { pairsPerMessageMax: 3, resumePositionsMax: 2 } } });
    const client = await connect(one);
    const four = ['quote', 'trade', 'depth@5', 'depth@20'].map((channel) => position(channel, '', 0));
    expect(await resumeOf(client, undefined, four)).toMatchObject({ type: 'error', code: 'too_many_symbols' });
    expect(await client.ask({ action: 'resume', id: 9, positions: [] })).toMatchObject({ code: 'bad_request' });
    const twice = [position('quote', '', 0), position('quotes', '', 0), position('nothing', '', 0)];
    const { results } = await resumeOf(client, undefined, twice);
    expect(results).toMatchObject([{ ok: true }, { ok: false, code: 'unknown_channel' }]);
    expect(await client.ask({ action: 'ping', id: 'still here' })).toMatchObject({ type: 'pong' });
  });
});

async function written({ metrics }: Stand, writes: number): Promise<void> {
  const line = `tapecast_gateway_session_writes_total{outcome="written"} ${writes}`;
  await expect.poll(() => metrics.metrics(), { interval: 10 }).toContain(line);
}

/** Until the store has so many sessions of the gateway. */
async function stored({ metrics }: Stand, sessions: number): Promise<void> {
  const line = `tapecast_gateway_stored_sessions ${sessions}`;
  await expect.poll(() => metrics.metrics(), { interval: 10 }).toContain(line);
}
