import { describe, expect, it } from 'vitest';
import { clients, connect, depth, gateway, history, quote, startGateways, subscribed, trade } from './client-kit.ts';

startGateways();

describe.each(['protobuf.zstd', 'json'] as const)('a client that lost its connection, over %s', (protocol) => {
  it('says where it stands, and tells trades as if nothing had been', async () => {
    const kit = connect(protocol);
    const first = await subscribed(kit, ['trade', 'quote'], 2, 'one');
    first.send(trade(3), quote([2, 2], 15000));
    await kit.nth('quote');
    first.cut();
    const second = await gateway.next();
    second.hello(undefined, 'two');
    const resume = await second.next();
    expect(resume).toMatchObject({
      action: 'resume',
      token: 'one',
      more: false,
      positions: [
        { symbol: 'AAPL$US', channel: 'trade', epoch: 'e1', seq: 3, intervalMs: 0 },
        { symbol: 'AAPL$US', channel: 'quote', epoch: 'e1', seq: 2, intervalMs: 0 },
      ],
    });
    second.resume(resume, { trade: { outcome: 'resumed', from: 4 }, quote: { outcome: 'keyframe', seq: 7 } }, 'one');
    second.send(quote([7, 7], 15100), trade(4), trade(5), trade(6));
    await kit.nth('trade', 4);
    expect(kit.all('trade').map(({ number }) => number)).toEqual([3, 4, 5, 6]);
    // What it stands for goes on from what was told before.
    expect(kit.all('quote').map(({ range }) => range)).toEqual([
      [2, 2],
      [3, 7],
    ]);
    expect(kit.all('gap')).toEqual([]);
    expect(kit.all('resumed')).toMatchObject([{ moved: false, continued: 1, anew: 1, holes: 0 }]);

    second.cut();
    const third = await gateway.next();
    third.hello(undefined, 'three');
    // The session goes on under the token that the answer named.
    expect(await third.next()).toMatchObject({ action: 'resume', token: 'one' });
  });
});

describe.each(['protobuf.zstd', 'json'] as const)('an answer without an epoch, over %s', (protocol) => {
  it('stands in the epoch that a status names, and the client comes back under it', async () => {
    const kit = connect(protocol);
    const first = await gateway.next();
    first.hello(undefined, 'one');
    const results = kit.client.subscribe(['AAPL$US'], ['trade', 'quote']);
    first.grant(await first.next(), 0, '');
    await results;
    const status = { type: 'status', symbol: 'AAPL$US', since: 1, source: '', reason: '' } as const;
    first.send({ ...status, state: 'live', epoch: 'e1' }, trade(1), quote([1, 1], 15000));
    await kit.nth('quote');
    // Another than the client's is told by a hole, never by a status.
    first.send({ ...status, state: 'stale', epoch: 'e9' });
    await kit.nth('status', 2);
    first.cut();
    const second = await gateway.next();
    second.hello(undefined, 'two');
    const resume = await second.next();
    expect(resume).toMatchObject({
      positions: [
        { channel: 'trade', epoch: 'e1', seq: 1 },
        { channel: 'quote', epoch: 'e1', seq: 1 },
      ],
    });
    second.resume(resume, { trade: { outcome: 'resumed', from: 2 }, quote: { outcome: 'keyframe', seq: 1 } });
    second.send(trade(2));
    await kit.nth('trade', 2);
    expect(kit.all('gap')).toEqual([]);
    expect(kit.all('resumed')).toMatchObject([{ continued: 1, anew: 1, holes: 0 }]);
  });
});

describe('what a gateway answers to a resume', () => {
  /** Cut off with trades up to 3 told, and at the second connection's resume. */
  async function cutOff(channels = ['trade']) {
    const kit = connect();
    const first = await subscribed(kit, channels, 2, 'one');
    first.send(trade(3));
    await kit.nth('trade');
    first.cut();
    const second = await gateway.next();
    second.hello(undefined, 'two');
    return { kit, second, resume: await second.next() };
  }

  it('a hole is told once, and trades go on behind it', async () => {
    const { kit, second, resume } = await cutOff();
    second.resume(resume, { trade: { outcome: 'hole', from: 9, lost: [4, 8] } });
    second.send(
      { type: 'notice', code: 'hole', symbol: 'AAPL$US', channel: 'trade', range: [4, 8], msg: '' },
      trade(9),
    );
    await kit.nth('trade', 2);
    expect(kit.all('gap')).toEqual([{ symbol: 'AAPL$US', channel: 'trade', lost: [4, 8], reason: 'reconnect' }]);
    expect(kit.all('resumed')).toMatchObject([{ continued: 0, holes: 1 }]);
  });

  it('another epoch: its trades are told from the first on, without the old position', async () => {
    const { kit, second, resume } = await cutOff();
    second.resume(resume, { trade: { outcome: 'hole', epoch: 'e2', seq: 0, from: 1 } });
    second.send(
      { type: 'notice', code: 'hole', symbol: 'AAPL$US', channel: 'trade', epoch: 'e2', msg: '' },
      trade(1),
      trade(2),
    );
    await kit.nth('trade', 3);
    expect(kit.all('trade').map(({ number }) => number)).toEqual([3, 1, 2]);
    expect(kit.all('gap')).toEqual([{ symbol: 'AAPL$US', channel: 'trade', lost: undefined, reason: 'epoch' }]);
  });

  it('what came already, or is the base of what comes, is not told again', async () => {
    const { kit, second, resume } = await cutOff();
    second.resume(resume, { trade: { outcome: 'resumed', from: 4 } });
    second.send(history(3), trade(3), trade(4));
    await kit.nth('trade', 2);
    expect(kit.all('trade').map(({ number }) => number)).toEqual([3, 4]);
  });

  it('refused for good: told, and not asked for again', async () => {
    const { kit, second, resume } = await cutOff(['trade', 'quote']);
    const refused = { ok: false, code: 'forbidden', msg: 'no' } as const;
    second.resume(resume, { trade: refused, quote: { outcome: 'keyframe', seq: 1 } });
    expect(await kit.nth('rejected')).toEqual({ symbol: 'AAPL$US', channel: 'trade', code: 'forbidden', msg: 'no' });
    await kit.nth('resumed');
    second.cut();
    const third = await gateway.next();
    third.hello(undefined, 'three');
    expect(await third.next()).toMatchObject({ positions: [{ channel: 'quote' }] });
  });

  it('not able to now: asked again, and what the program asks meanwhile waits', async () => {
    const { kit, second, resume } = await cutOff();
    const ping = kit.client.ping();
    const later = { code: 'unavailable', msg: 'later', temporary: true, retryAfterMs: 5 } as const;
    second.send({ type: 'error', action: 'resume', id: resume.id, ...later });
    const again = await second.next();
    expect(again).toMatchObject({ action: 'resume', token: 'one', positions: [{ seq: 3 }] });
    second.resume(again, { trade: { outcome: 'resumed', from: 4 } });
    second.send({ type: 'pong', id: (await second.next()).id, serverTime: 1 });
    await ping;
    expect(kit.all('gap')).toEqual([]);
  });

  it('that it can not: everything is subscribed, and what is missing told', async () => {
    const { kit, second, resume } = await cutOff();
    const never = { code: 'not_supported', msg: 'no', temporary: false, retryAfterMs: null } as const;
    second.send({ type: 'error', action: 'resume', id: resume.id, ...never });
    const subscribe = await second.next();
    expect(subscribe).toMatchObject({ action: 'subscribe', symbols: ['AAPL$US'], channels: ['trade'] });
    second.grant(subscribe, 5);
    expect(await kit.nth('resumed')).toMatchObject({ continued: 0, holes: 1 });
    expect(kit.all('gap')).toMatchObject([{ lost: [4, 5], reason: 'reconnect' }]);
  });

  it('without a line for something that is held: it is subscribed', async () => {
    const { kit, second, resume } = await cutOff(['trade', 'quote']);
    if (resume.action !== 'resume') throw new Error('no resume');
    const positions = resume.positions.filter(({ channel }) => channel === 'trade');
    second.resume({ ...resume, positions }, { trade: { outcome: 'resumed', from: 4 } });
    const subscribe = await second.next();
    expect(subscribe).toMatchObject({ action: 'subscribe', channels: ['quote'] });
    second.grant(subscribe, 1);
    await kit.nth('resumed');
  });

  it('with a line for what the program gave up: it is unsubscribed', async () => {
    const { second, resume } = await cutOff();
    if (resume.action !== 'resume') throw new Error('no resume');
    const given = { symbol: '700$HK', channel: 'quote', epoch: 'e1', seq: 0, intervalMs: 0 };
    const positions = [...resume.positions, given];
    second.resume({ ...resume, positions }, { trade: { outcome: 'resumed', from: 4 }, quote: { outcome: 'keyframe' } });
    expect(await second.next()).toMatchObject({ action: 'unsubscribe', symbols: ['700$HK'], channels: ['quote'] });
  });

  it('4004: a newer connection has the session, and this client stops and says so', async () => {
    const { kit, second } = await cutOff();
    second.close(4004);
    await expect.poll(() => kit.client.state).toBe('closed');
    expect(kit.all('state').at(-1)).toMatchObject({ state: 'closed', code: 4004 });
  });
});

describe('a client that is told to move', () => {
  const moving = { type: 'notice', code: 'moving', afterMs: 5_000, msg: '' } as const;
  async function toldToMove(channels = ['trade', 'depth@20']) {
    const kit = connect();
    const first = await subscribed(kit, channels, 2, 'one');
    first.send(depth('l2_snapshot', [2, 2], [15020, 5]), trade(3), moving);
    await kit.nth('trade');
    const second = await gateway.next();
    second.hello(undefined, 'two');
    return { kit, first, second, resume: await second.next() };
  }

  it('is told everything once, by the old connection until the new one answers', async () => {
    const { kit, first, second, resume } = await toldToMove();
    expect(resume).toMatchObject({ action: 'resume', token: 'one', positions: [{ seq: 3 }, { seq: 2 }] });
    first.send(trade(4), trade(5), depth('l2_update', [3, 4], [15020, 7]));
    await kit.nth('depth', 2);
    second.resume(
      resume,
      { trade: { outcome: 'resumed', from: 4 }, 'depth@20': { outcome: 'keyframe', seq: 3 } },
      'one',
    );
    // The new gateway is not as far: nothing goes back.
    second.send(trade(4), depth('l2_snapshot', [3, 3], [15020, 6]), trade(5), trade(6));
    await kit.nth('trade', 4);
    expect(await first.closed).toBe(1000);
    second.send(depth('l2_update', [4, 4], [15020, 7]), depth('l2_update', [5, 5], [15010, 1]));
    expect((await kit.nth('depth', 3)).book.bids()).toEqual([
      ['150.20', '7'],
      ['150.10', '1'],
    ]);
    expect(kit.all('trade').map(({ number }) => number)).toEqual([3, 4, 5, 6]);
    expect(kit.all('depth').map(({ range }) => range)).toEqual([
      [2, 2],
      [3, 4],
      [5, 5],
    ]);
    expect(kit.all('gap')).toEqual([]);
    expect(kit.all('state').map(({ state }) => state)).toEqual(['connecting', 'open']);
    expect(kit.all('resumed')).toMatchObject([{ moved: true, awayMs: 0, continued: 1, anew: 1, holes: 0 }]);
  });

  it.each([4004, 4200])(
    'does not mind that the old one is closed with %i before the new one has answered',
    async (code) => {
      const { kit, first, second, resume } = await toldToMove();
      const waiting = kit.client.ping();
      first.close(code);
      await first.closed;
      second.resume(resume, { trade: { outcome: 'resumed', from: 4 }, 'depth@20': { outcome: 'keyframe', seq: 2 } });
      second.send({ type: 'pong', id: (await second.next()).id, serverTime: 1 });
      await waiting;
      expect(kit.all('state').map(({ state }) => state)).toEqual(['connecting', 'open']);
      expect(kit.all('gap')).toEqual([]);
    },
  );

  it('stays where it is when there is nobody at the other place, and tries its own', async () => {
    const kit = connect();
    const first = await subscribed(kit, ['trade'], 2, 'one');
    first.send({ ...moving, url: 'ws://127.0.0.1:1/v1/stream' }, trade(3));
    await kit.nth('trade');
    const second = await gateway.next();
    first.send(trade(4));
    await kit.nth('trade', 2);
    second.cut();
    const third = await gateway.next();
    third.hello(undefined, 'three');
    const resume = await third.next();
    expect(resume).toMatchObject({ token: 'one', positions: [{ seq: 4 }] });
    third.cut();
    // It is told on, and its requests are answered, by the one that is there.
    const ping = kit.client.ping();
    first.send(trade(5), { type: 'pong', id: (await first.next()).id, serverTime: 1 });
    await ping;
    expect(kit.all('trade').map(({ number }) => number)).toEqual([3, 4, 5]);
    expect(kit.all('state').map(({ state }) => state)).toEqual(['connecting', 'open']);
    clients[0]?.close();
  });

  it('on from a place that sends it on before it has arrived there', async () => {
    const { kit, first, second, resume } = await toldToMove(['trade']);
    second.send(moving);
    second.resume(resume, { trade: { outcome: 'resumed', from: 4 } }, 'one');
    expect(await first.closed).toBe(1000);
    const third = await gateway.next();
    third.hello(undefined, 'three');
    third.resume(await third.next(), { trade: { outcome: 'resumed', from: 4 } });
    third.send(trade(4));
    expect(await second.closed).toBe(1000);
    await kit.nth('trade', 2);
    expect(kit.all('resumed')).toHaveLength(2);
  });

  it('half way, and both are gone: a third connection is told where all stands', async () => {
    const kit = connect();
    const first = await gateway.next();
    first.hello(undefined, 'one', { pairs_per_message: 1 });
    const results = kit.client.subscribe(['AAPL$US'], ['trade', 'quote']);
    first.grant(await first.next(), 2);
    await results;
    first.send(trade(3), quote([2, 2], 15000), moving);
    await kit.nth('quote');
    const second = await gateway.next();
    second.hello(undefined, 'two', { pairs_per_message: 1 });
    second.resume(await second.next(), { trade: { outcome: 'resumed', from: 4 } });
    second.send(trade(4));
    first.send(trade(4), trade(5));
    await kit.nth('trade', 2);
    expect(await second.next()).toMatchObject({ action: 'resume', more: false, positions: [{ channel: 'quote' }] });
    second.cut();
    await first.closed;
    const third = await gateway.next();
    third.hello(undefined, 'three');
    const resume = await third.next();
    expect(resume).toMatchObject({
      positions: [
        { channel: 'trade', seq: 4 },
        { channel: 'quote', seq: 2 },
      ],
    });
    third.resume(resume, { trade: { outcome: 'resumed', from: 5 }, quote: { outcome: 'keyframe' } });
    third.send(trade(5));
    await kit.nth('trade', 3);
    expect(kit.all('trade').map(({ number }) => number)).toEqual([3, 4, 5]);
    expect(kit.all('gap')).toEqual([]);
  });

  it('what it asks meanwhile is answered by the new one', async () => {
    const { kit, first, second, resume } = await toldToMove(['trade']);
    const asked = kit.client.subscribe(['700$HK'], ['trade']);
    second.resume(resume, { trade: { outcome: 'resumed', from: 4 } });
    second.grant(await second.next(), 0);
    expect(await asked).toMatchObject([{ symbol: '700$HK', ok: true }]);
    expect(first.unread).toBe(0);
  });
});

describe('what was said of the pace', () => {
  it('does not outlive its connection', async () => {
    const kit = connect();
    const first = await subscribed(kit, ['quote'], 2, 'one');
    first.send({ type: 'notice', code: 'degraded', level: 1, intervalMs: 500, msg: '' });
    first.send({ type: 'notice', code: 'merged', level: 1, msg: '' });
    await kit.nth('merged');
    first.cut();
    await kit.nth('merged', 2);
    expect(kit.all('merged')).toEqual([{ merged: true }, { merged: false }]);
    expect(kit.all('degraded').at(-1)).toMatchObject({ level: 0 });
  });
});
