import type { Tick } from '@tapecast/market';
import { afterEach, describe, expect, it } from 'vitest';
import type { IngestConfig } from '../../../src/config.ts';
import { type IngestRun, type RunOptions, runIngest, sequenceFaults, until } from '../../ingest-harness.ts';
import { authenticate, authFailed, limitExceeded, type Script, ScriptedVenue, TOKEN, tick } from './scripted-venue.ts';

const T0 = 1_731_689_407_000;

const running: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of running.splice(0).reverse()) await end();
});

interface Setup {
  venue: ScriptedVenue;
  run: IngestRun;
}

async function setUp(
  script: Script = {},
  config: Partial<IngestConfig> = {},
  limits: RunOptions['limits'] = {},
): Promise<Setup> {
  const venue = await ScriptedVenue.start(script);
  running.push(() => venue.stop());
  const run = await runIngest(
    { feed: 'itick', itickWs: venue.url, itickToken: TOKEN, symbols: ['AAPL$US', 'TSLA$US'], ...config },
    { limits },
  );
  running.push(() => run.close());
  return { venue, run };
}

const subscribed = ({ run }: Setup): Promise<void> => until('subscribed', () => run.service.ready().ready);
const trades = (ticks: readonly Tick[]): string[] =>
  ticks.flatMap(({ body, exchangeTimeUs, priceDecimals }) =>
    body.kind === 'trade' ? [`${body.price}e-${priceDecimals} x ${body.size} @ ${(exchangeTimeUs ?? 0) / 1_000}`] : [],
  );
const statuses = (ticks: readonly Tick[]): string[] =>
  ticks.flatMap(({ body }) => (body.kind === 'status' ? [`${body.state} ${body.reason}`.trim()] : []));
const reasonOf = ({ run }: Setup): string => run.service.ready().reason;
const hasStatus = ({ run }: Setup, pattern: RegExp, instrument = 'AAPL$US') =>
  until(String(pattern), () => statuses(run.of(instrument)).some((status) => pattern.test(status)));

describe('a venue that behaves', () => {
  it('is shown the key in a header, and asked for nothing before it took it', async () => {
    let answer: () => void = () => undefined;
    const setup = await setUp({
      onConnect: (client) => {
        answer = () => authenticate(client);
        return true;
      },
    });
    const { venue, run } = setup;
    await until('connected', () => venue.clients.length === 1);
    await until('waits', () => /waiting for the answer to the key/.test(reasonOf(setup)));
    expect(venue.clients[0]).toMatchObject({ path: '/stock', token: TOKEN, requests: [] });
    answer();
    await subscribed(setup);
    expect(venue.clients[0]!.requests).toEqual([
      { ac: 'subscribe', params: 'AAPL$US,TSLA$US', types: 'tick,quote,depth' },
    ]);
    expect((await run.state.catalogue()).entries.map(({ instrument, venue: of }) => `${instrument} ${of}`)).toEqual(
      expect.arrayContaining(['AAPL$US itick', 'TSLA$US itick']),
    );
    await until('both statuses', () => statuses(run.of('AAPL$US')).length === 2);
    expect(statuses(run.of('AAPL$US'))).toEqual([
      'pending waiting for the venue',
      'pending subscribed; nothing was heard of it yet',
    ]);
  });

  it('gives every trade in its order, equal ones too, a book, the day and bars', async () => {
    const setup = await setUp();
    const { venue, run } = setup;
    await subscribed(setup);
    venue.data('AAPL$US', tick('AAPL', 'US', 225.215, 100, T0));
    venue.data('AAPL$US', tick('AAPL', 'US', 225.215, 100, T0));
    venue.data('AAPL$US', {
      s: 'AAPL',
      r: 'US',
      ld: 225.215,
      p: 226.27,
      o: 226.27,
      v: 167,
      t: T0,
      ts: 1,
      type: 'quote',
    });
    venue.data('AAPL$US', {
      s: 'AAPL',
      r: 'US',
      a: [{ po: 1, p: 330.01, v: 10, o: 1 }],
      b: [{ po: 1, p: 329.99, v: 10, o: 1 }],
      type: 'depth',
    });
    const bar = { s: 'AAPL', r: 'US', o: 1, h: 2, l: 1, c: 2, v: 5, type: 'kline@1' };
    venue.data('AAPL$US', { ...bar, t: T0 - 7_000 });
    venue.data('AAPL$US', { ...bar, t: T0 + 53_000 });
    await until('all', () => run.of('AAPL$US').filter(({ body }) => body.kind === 'bar').length === 3);
    const ticks = run.of('AAPL$US');
    expect(trades(ticks)).toEqual([`225215e-3 x 100 @ ${T0}`, `225215e-3 x 100 @ ${T0}`]);
    expect(statuses(ticks).slice(-2)).toEqual(['live', 'halted suspended']);
    expect(ticks.flatMap(({ body }) => (body.kind === 'bar' ? [[body.startMs, body.final]] : []))).toEqual([
      [T0 - 7_000, false],
      [T0 - 7_000, true],
      [T0 + 53_000, false],
    ]);
    expect(ticks.some(({ body }) => body.kind === 'bookSnapshot' && body.bids[0] === 32_999)).toBe(true);
    expect(sequenceFaults(run.byPartition)).toEqual([]);
  });

  it('has a socket for each asset class, and at most 500 symbols on each', async () => {
    const many = Array.from({ length: 501 }, (_, i) => `S${i}$US`);
    const setup = await setUp({}, { symbols: [...many, 'EURUSD$GB', 'BTCUSDT$BA', 'indices:SPX$GB'] });
    await subscribed(setup);
    const { clients } = setup.venue;
    expect(clients.map(({ path, subscribed: { size } }) => `${path} ${size}`).sort()).toEqual([
      '/crypto 1',
      '/forex 1',
      '/indices 1',
      '/stock 1',
      '/stock 500',
    ]);
    expect(await setup.run.metric('tapecast_ingest_connections', { venue: 'itick' })).toBe(5);
  });

  it('is pinged in its own way and by WebSocket, and may answer late', async () => {
    const pings: string[] = [];
    let webSocketPings = 0;
    const setup = await setUp(
      {
        onPing: (_client, params) => {
          pings.push(params);
          return false;
        },
      },
      {},
      { venuePingMs: 20 },
    );
    await subscribed(setup);
    setup.venue.clients[0]!.socket.on('ping', () => webSocketPings++);
    await until('pings', () => pings.length >= 3 && webSocketPings >= 2);
    expect(setup.venue.clients).toHaveLength(1);
    for (const params of pings) expect(params).toMatch(/^[0-9]{13}$/);
  });

  it('tells the prices of levels without a size as a quote: forex has no sizes', async () => {
    const setup = await setUp({}, { symbols: ['EURUSD$GB'] });
    await subscribed(setup);
    const depth = (bid: number) => ({
      s: 'EURUSD$GB',
      a: [{ po: 1, p: 1.1, v: 0, o: 1 }],
      b: [{ po: 1, p: bid, v: 0, o: 1 }],
      type: 'depth',
    });
    setup.venue.data('EURUSD$GB', depth(1.09995));
    setup.venue.data('EURUSD$GB', depth(1.09996));
    const quotes = () =>
      setup.run
        .of('EURUSD$GB')
        .flatMap(({ body }) => (body.kind === 'quote' ? [[body.bid, body.ask, body.bidSize]] : []));
    await until('both', () => quotes().length === 2);
    expect(quotes()).toEqual([
      [109_995, 110_000, undefined],
      [109_996, 110_000, undefined],
    ]);
    expect(setup.run.of('EURUSD$GB').filter(({ body }) => body.kind === 'bookSnapshot')).toHaveLength(1);
  });
});

describe('a venue that refuses', () => {
  it('the key by its answer: told, and not tried again for minutes', async () => {
    const setup = await setUp({}, { itickToken: 'wrong-key' });
    await until('told', () => /the key is refused/.test(reasonOf(setup)));
    expect(reasonOf(setup)).toMatch(/check the token/);
    await hasStatus(setup, /^pending the connection to the venue is down: the key is refused/);
    expect(setup.venue.attempts).toHaveLength(1);
    expect(reasonOf(setup)).not.toContain('wrong-key');
  });

  it.each([401, 403])('the key by HTTP %i: told, and not tried again for minutes', async (status) => {
    const setup = await setUp({ refuse: () => status });
    await until('told', () => reasonOf(setup).includes(`the key is refused (HTTP ${status}`));
    expect(setup.venue.attempts).toHaveLength(1);
  });

  it('a key for a while only: tried again after the wait', async () => {
    let left = 1;
    const setup = await setUp(
      {
        onConnect: (client) => {
          if (left-- <= 0) return false;
          authFailed(client);
          return true;
        },
      },
      {},
      { refusedFirstWaitMs: 50 },
    );
    await subscribed(setup);
    expect(setup.venue.attempts).toHaveLength(2);
  });

  it('symbols beyond the plan: those that fit are served, the others told', async () => {
    const setup = await setUp(
      {
        onSubscribe: (client, symbols) => {
          if (client.subscribed.size + symbols.length <= 3) return false;
          limitExceeded(client);
          return true;
        },
      },
      { symbols: ['A$US', 'B$US', 'C$US', 'D$US', 'E$US'] },
    );
    await subscribed(setup);
    await hasStatus(setup, /^pending the plan has no room for it/, 'E$US');
    expect([...setup.venue.clients[0]!.subscribed]).toEqual(['A$US', 'B$US', 'C$US']);
    expect(statuses(setup.run.of('D$US')).at(-1)).toBe('pending the plan has no room for it');
    expect(statuses(setup.run.of('C$US')).at(-1)).toMatch(/^pending subscribed/);
    expect(await setup.run.metric('tapecast_ingest_instruments_refused')).toBe(2);
    expect(setup.venue.attempts).toHaveLength(1);
  });

  it('every symbol: not ready, with the reason', async () => {
    const setup = await setUp({
      onSubscribe: (client) => {
        limitExceeded(client);
        return true;
      },
    });
    await until('told', () => /the plan has no room for any of the symbols/.test(reasonOf(setup)));
    expect(setup.run.service.ready().ready).toBe(false);
    expect(setup.venue.attempts).toHaveLength(1);
  });

  it('a further connection by an answer or by HTTP: the first goes on, the other waits for minutes', async () => {
    for (const status of [undefined, 403]) {
      const setup = await setUp(
        {
          refuse: (_request, open) => (open.length > 0 ? status : undefined),
          onConnect: (client, open) => {
            if (open.length <= 1) return false;
            authFailed(client);
            return true;
          },
        },
        { symbols: ['AAPL$US', 'EURUSD$GB'] },
      );
      await until('both tried', () => setup.venue.attempts.length === 2);
      await until('one served', () => setup.run.service.ready().ready);
      const refused = setup.venue.open[0]!.path === '/stock' ? 'EURUSD$GB' : 'AAPL$US';
      await hasStatus(setup, /a further connection is refused .* the plan has fewer connections/, refused);
      expect(setup.venue.attempts).toHaveLength(2);
      expect(setup.venue.open).toHaveLength(1);
    }
  });

  it('a further connection by ending the one before: neither storms', async () => {
    const setup = await setUp(
      {
        onConnect: (client, open) => {
          for (const other of open) if (other !== client) other.socket.close(1000);
          return false;
        },
      },
      { symbols: ['AAPL$US', 'EURUSD$GB'] },
    );
    const told = (): string[] =>
      ['AAPL$US', 'EURUSD$GB'].filter((instrument) =>
        /ends each connection soon after it opens/.test(statuses(setup.run.of(instrument)).at(-1) ?? ''),
      );
    await until('one gives way', () => told().length === 1, 15_000);
    await until('the other stays', () => setup.run.service.ready().ready && setup.venue.open.length === 1);
    expect(told()).toHaveLength(1);
    expect(setup.venue.attempts.length).toBeLessThanOrEqual(8);
  }, 30_000);

  it('a subscribe as `cannot be resolved action`: sent again, and taken', async () => {
    let left = 2;
    const setup = await setUp(
      {
        onSubscribe: (client) => {
          if (left-- <= 0) return false;
          client.send({ code: 0, resAc: 'subscribe', msg: 'cannot be resolved action' });
          return true;
        },
      },
      {},
      { unresolvedWaitMs: 10 },
    );
    await subscribed(setup);
    expect(setup.venue.clients[0]!.requests).toHaveLength(3);
    expect(setup.venue.clients).toHaveLength(1);
  });
});

describe('a venue that misbehaves', () => {
  it.each([
    ['no answer to the key', { onConnect: () => true }, /no answer to the key within 100 ms/],
    ['no answer to a subscribe', { onSubscribe: () => true }, /no answer to subscribe within 100 ms/],
    ['no pong', { onPing: () => true }, /no pong within 100 ms/],
    [
      'the pong of another ping',
      {
        onPing: (client) => {
          client.send({ resAc: 'pong', data: { params: '1' } });
          return true;
        },
      },
      /no pong within 100 ms/,
    ],
  ] satisfies [string, Script, RegExp][])('%s: made anew', async (_name, script, reason) => {
    const setup = await setUp(
      script,
      {},
      { authMsMax: 100, subscribeMsMax: 100, venuePingMs: 50, venuePongMsMax: 100 },
    );
    await hasStatus(setup, reason);
    setup.venue.script = {};
    await until('again', () => setup.venue.clients.length >= 2);
    await subscribed(setup);
  });

  it('closes with 1000 after a strange unsubscribe: stale with the reason, then live with the span that may be missing', async () => {
    const setup = await setUp();
    const { venue, run } = setup;
    await subscribed(setup);
    venue.data('AAPL$US', tick('AAPL', 'US', 1, 1, T0));
    await hasStatus(setup, /^live$/);
    venue.clients[0]!.send({ code: 0, resAc: 'unsubscribe', msg: 'no action' });
    venue.clients[0]!.socket.close(1000);
    await hasStatus(setup, /^stale the connection to the venue is down: closed with 1000$/);
    await hasStatus(setup, /^live trades from .* to .* may be missing: the venue numbers none$/);
    venue.data('AAPL$US', tick('AAPL', 'US', 2, 1, T0 + 1));
    await until('goes on', () => trades(run.of('AAPL$US')).length === 2);
    expect(sequenceFaults(run.byPartition)).toEqual([]);
  });

  it('sends what nobody knows, half frames, binary and lies: each counted, nothing taken, all else goes on', async () => {
    const setup = await setUp();
    const { venue, run } = setup;
    await subscribed(setup);
    const { socket } = venue.clients[0]!;
    const bad: [string, string][] = [
      ['{"code":1,"data":{"s":"AAPL","r":"US","ld":225.2', 'not_json'],
      ['{"code":1,"data":{"s":"AAPL","r":"US","type":"news"}}', 'unknown_type'],
      ['{"code":1,"data":{"s":"IBM","r":"US","ld":1,"v":1,"t":1,"type":"tick"}}', 'unknown_symbol'],
      ['{"code":1,"data":{"s":"AAPL","r":"US","ld":-1,"v":1,"t":1,"type":"tick"}}', 'negative'],
      ['{"code":1,"data":{"s":"AAPL","r":"US","ld":1.23456789012345678,"v":1,"t":1,"type":"tick"}}', 'too_many_digits'],
      ['[]', 'unknown_event'],
    ];
    for (const [text] of bad) socket.send(text);
    socket.send(Buffer.from('{"code":1}'), { binary: true });
    venue.data('AAPL$US', tick('AAPL', 'US', 2, 1, T0));
    await until('the good one', () => trades(run.of('AAPL$US')).length === 1);
    for (const reason of [...bad.map(([, name]) => name), 'binary']) {
      expect(await run.metric('tapecast_ingest_bad_frames_total', { venue: 'itick', reason })).toBe(1);
    }
    expect(await run.metric('tapecast_ingest_bad_frames_total')).toBe(bad.length + 1);
    expect(venue.clients).toHaveLength(1);
  });

  it('cuts a slow consumer: said to be, and no new connection while the log takes nothing', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const venue = await ScriptedVenue.start();
    running.push(() => venue.stop());
    const run = await runIngest(
      { feed: 'itick', itickWs: venue.url, itickToken: TOKEN, symbols: ['AAPL$US'] },
      { gate, limits: { bufferBytesMax: 4_000, flushBytesMax: 1_000 } },
    );
    running.push(() => run.close());
    await until('subscribed', () => venue.clients[0]?.subscribed.size === 1);
    for (let i = 0; i < 200; i++) venue.data('AAPL$US', tick('AAPL', 'US', 2, 1, T0 + i));
    await until('paused', async () => (await run.metric('tapecast_ingest_reading_paused')) === 1);
    venue.clients[0]!.socket.terminate();
    open();
    await until('told', () =>
      statuses(run.of('AAPL$US')).some((status) => status.includes('the venue cuts slow consumers')),
    );
    await until('back', () => run.service.ready().ready);
    expect(venue.attempts).toHaveLength(2);
  });

  it('is away: not ready with the reason, the clock goes on', async () => {
    const run = await runIngest({ feed: 'itick', itickWs: 'ws://127.0.0.1:9', itickToken: TOKEN });
    running.push(() => run.close());
    await until('a reason', () => /ECONNREFUSED/.test(run.service.ready().reason));
    await until('a clock', () =>
      run.byPartition.every((ticks) =>
        ticks.some(({ body, source }) => body.kind === 'clock' && source.startsWith('itick/')),
      ),
    );
  });
});
