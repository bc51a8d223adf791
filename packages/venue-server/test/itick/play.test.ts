import { describe, expect, test } from 'vitest';
import { planItickPlay, startItickVenue } from '../../src/index.ts';
import { dollars, midnightOf } from '../../src/itick/play-plan.ts';
import { DATA_IS_MISSING, recorded, SKIP_REASON } from '../recorded-data.ts';
import { rawText, temporaryFile, trade } from '../small-recording.ts';
import { ItickClient, startVenue } from './itick-client.ts';
import { leanZip, MIDNIGHT_MS, OPEN_MS, quotesZip, tradesZip } from './lean-files.ts';

const all = async (recordings: string[]) => [...(await planItickPlay(recordings)).entries()];

describe('prices and times', () => {
  test.each([
    [1_866_600, '186.66'],
    [10_000, '1'],
    [138_950, '13.895'],
    [1, '0.0001'],
    [12_345_678, '1234.5678'],
    [0, '0'],
  ])('%d ten-thousandths are %s', (units, text) => {
    expect(dollars(units)).toBe(text);
  });

  test.each([
    ['20131007', Date.UTC(2013, 9, 7, 4)],
    ['20140107', Date.UTC(2014, 0, 7, 5)],
    // The clock changes at 2 o'clock of these days, after their midnight.
    ['20140309', Date.UTC(2014, 2, 9, 5)],
    ['20141102', Date.UTC(2014, 10, 2, 4)],
    ['2013100', undefined],
  ])('midnight in New York on %s', (day, ms) => {
    expect(midnightOf(day)).toBe(ms);
  });
});

describe('the play', () => {
  test('a trade is a tick without te, a quote a depth of one level, by time', async () => {
    const venue = await startVenue({
      recordings: [await tradesZip(2), await quotesZip(2)],
      paused: true,
      speed: 'max',
    });
    const client = await ItickClient.ready(venue, 'IBM$US');
    venue.start();
    await client.until(() => client.texts.length === 7);
    const t = MIDNIGHT_MS + OPEN_MS;
    expect(client.texts.slice(3)).toEqual([
      `{"code":1,"data":{"s":"IBM","r":"US","ld":186.66,"v":100,"t":${t},"type":"tick"}}`,
      '{"code":1,"data":{"s":"IBM","r":"US","a":[{"po":1,"p":186.67,"v":300,"o":1}],"b":[{"po":1,"p":186.65,"v":200,"o":1}],"type":"depth"}}',
      `{"code":1,"data":{"s":"IBM","r":"US","ld":186.67,"v":101,"t":${t + 1000},"type":"tick"}}`,
      '{"code":1,"data":{"s":"IBM","r":"US","a":[{"po":1,"p":186.68,"v":301,"o":1}],"b":[{"po":1,"p":186.66,"v":201,"o":1}],"type":"depth"}}',
    ]);
    expect(await venue.done).toBe('ended');
  });

  test('only what is subscribed to, on the path of its class', async () => {
    const forex = await leanZip('20140507_eurusd_tick_quote', ['0,1.39285,1.39288', '250,1.3928,1.39287']);
    const venue = await startVenue({ recordings: [await tradesZip(2), forex], paused: true, speed: 'max' });
    const stock = await ItickClient.ready(venue, 'IBM$US,EURUSD$GB', 'tick,depth');
    const money = await ItickClient.ready(venue, 'IBM$US,EURUSD$GB', 'tick,depth', '/forex');
    const quotes = await ItickClient.ready(venue, 'IBM$US', 'depth');
    venue.start();
    await money.until(() => money.market('depth').length === 2);
    await stock.until(() => stock.market('tick').length === 2);
    expect(stock.market('depth')).toEqual([]);
    expect(money.market('tick')).toEqual([]);
    expect(money.market('depth')[0]).toEqual({
      s: 'EURUSD',
      r: 'GB',
      a: [{ po: 1, p: 1.39288, v: 0, o: 1 }],
      b: [{ po: 1, p: 1.39285, v: 0, o: 1 }],
      type: 'depth',
    });
    expect(quotes.texts).toHaveLength(3);
    expect(venue.instruments.map(({ name, assetClass }) => `${name} ${assetClass}`)).toEqual([
      'IBM$US stock',
      'EURUSD$GB forex',
    ]);
  });

  test('files of one symbol and kind follow each other by day, others play side by side', async () => {
    const entries = await all([
      await tradesZip(2, 'ibm', '20131008'),
      await tradesZip(2, 'bac', '20131007'),
      await tradesZip(2, 'ibm', '20131007'),
    ]);
    const day = 24 * 3_600_000;
    const at = (ms: number) => (MIDNIGHT_MS + OPEN_MS + ms) * 1000;
    expect(entries.map(({ instrument, timeUs }) => [instrument.symbol, timeUs])).toEqual([
      ['IBM', at(0)],
      ['BAC', at(0)],
      ['IBM', at(1000)],
      ['BAC', at(1000)],
      ['IBM', at(day)],
      ['IBM', at(day + 1000)],
    ]);
  });

  test('a quote of one row is left out; recorded time never goes back', async () => {
    const quotes = await leanZip('20131007_ibm_Quote_Tick', [
      '100,0,0,1866700,3,N,0,0',
      '200,1866500,1,0,0,N,0,0',
      '200,0,0,1866700,2,N,0,0',
      '300,1866500,1,0,0,N,0,0',
      '400,1866500,4,0,0,N,0,0',
      '400,0,0,1866700,5,N,0,0',
      '350,1866500,6,0,0,N,0,0',
      '350,0,0,1866700,7,N,0,0',
    ]);
    const entries = await all([quotes]);
    expect(
      entries.map((entry) => [entry.timeUs / 1000 - MIDNIGHT_MS, entry.type === 'depth' && entry.bidSize]),
    ).toEqual([
      [200, '1'],
      [400, '4'],
      [400, '6'],
    ]);
  });

  test('what can not be played is told by name', async () => {
    const twice = [await tradesZip(1), await tradesZip(1)];
    await expect(planItickPlay(twice)).rejects.toMatchObject({ code: 'recordings_overlap' });
    const nameless = await leanZip('trades', ['1,2,3,N,0,0']);
    await expect(planItickPlay([nameless])).rejects.toMatchObject({ code: 'nothing_to_play' });
    const binance = await temporaryFile('b', rawText([trade(0, 1)]));
    await expect(planItickPlay([binance])).rejects.toMatchObject({ code: 'wrong_venue' });
    await expect(startItickVenue({ recordings: [await tradesZip(1)], speed: 0 })).rejects.toMatchObject({
      code: 'bad_option',
    });
    await expect(startItickVenue({ recordings: [await tradesZip(1)], plan: { symbols: 0 } })).rejects.toMatchObject({
      code: 'bad_option',
    });
  });
});

describe("the recording's clock", () => {
  test('comes every 250 ms of recorded time, in order with the frames, and runs on after the last', async () => {
    const venue = await startVenue({ recordings: [await tradesZip(3)], paused: true, speed: 20 });
    const client = await ItickClient.ready(venue, 'IBM$US', 'tick');
    venue.start();
    await venue.done;
    const lastMs = MIDNIGHT_MS + OPEN_MS + 2000;
    await client.until(() => client.pings.at(-1)! >= lastMs + 500);
    const { events } = client;
    const times = events.flatMap((event) => {
      const ping = /^ping (\d+)$/.exec(event);
      const tick = /"t":(\d+)/.exec(event);
      return ping ? [Number(ping[1])] : tick ? [Number(tick[1])] : [];
    });
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const pings = [...new Set(client.pings)];
    // Whoever joins is told the time once; from then on each step of the clock's grid.
    expect(pings.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, n) => MIDNIGHT_MS + OPEN_MS + n * 250));
  });

  test('at max a silence passes at once: some pings after a frame, and one before the next', async () => {
    const day = ['0,1866600,100,N,0,0', '43200000,1866700,100,N,0,0', '43200100,1866800,100,N,0,0'];
    const recordings = [
      await leanZip('20131007_ibm_Trade_Tick', day),
      await leanZip('20131008_ibm_Trade_Tick', day.slice(0, 1)),
    ];
    const venue = await startVenue({ recordings, paused: true, speed: 'max' });
    const client = await ItickClient.ready(venue, 'IBM$US', 'tick');
    venue.start();
    await client.until(() => client.market('tick').length === 4);
    const offsets = client.events
      .flatMap((event) => /^ping (\d+)$/.exec(event)?.[1] ?? /"t":(\d+)/.exec(event)?.[1] ?? [])
      .map((text) => Number(text) - MIDNIGHT_MS);
    const grid = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n * 250);
    expect(offsets.slice(0, offsets.lastIndexOf(86_400_000) + 1)).toEqual([
      // On joining, at the beginning, then the first trade.
      ...[0, 0, 0],
      ...grid(250, 12),
      ...[43_200_000, 43_200_000, 43_200_100],
      // The night is a silence between two files.
      ...[86_400_000, 86_400_000],
    ]);
  });
});

describe('at speed max', () => {
  test('the play waits for a client that does not read, and drops nothing', async () => {
    // More than the buffers of both sockets can hold.
    const count = 120_000;
    const venue = await startVenue({
      recordings: [await tradesZip(count, 'ibm', '20131007', 1)],
      paused: true,
      speed: 'max',
    });
    const client = await ItickClient.ready(venue, 'IBM$US', 'tick');
    client.socket.pause();
    venue.start();
    // It stands once the buffers of the way are full: the position is the same from one look to the next.
    let position = -1;
    await expect
      .poll(
        () => {
          const last = position;
          position = venue.clock().positionUs;
          return position === last;
        },
        { timeout: 20_000, interval: 300 },
      )
      .toBe(true);
    expect(venue.clock().state).toBe('playing');
    client.socket.resume();
    await client.until(() => client.texts.length === count + 3);
    expect(client.market('tick').map(({ v }) => v)).toEqual(Array.from({ length: count }, (_, n) => 100 + n));
    expect(client.ended).toBeUndefined();
  });

  test('it waits until somebody subscribes', async () => {
    const venue = await startVenue({ recordings: [await tradesZip(3)], speed: 'max' });
    const client = await ItickClient.ready(venue);
    expect(venue.clock().state).toBe('playing');
    await client.subscribe('IBM$US');
    await client.until(() => client.market('tick').length === 3);
  });
});

describe.skipIf(DATA_IS_MISSING)(`on recordings${SKIP_REASON}`, () => {
  const lean = (name: string) => recorded(`us_equities/lean/equity_usa_tick_${name}.zip`);

  test('a day of IBM arrives whole, with the prices of the file', async () => {
    const venue = await startVenue({
      recordings: [lean('ibm_20131007_trade'), lean('ibm_20131007_quote')],
      paused: true,
      speed: 'max',
    });
    const client = await ItickClient.ready(venue, 'IBM$US');
    venue.start();
    await client.until(() => venue.clock().state === 'ended' && client.texts.length >= 3 + 24_293 + 54_533);
    const ticks = client.texts.filter((text) => text.includes('"type":"tick"'));
    expect(ticks).toHaveLength(24_293);
    expect(client.texts).toHaveLength(3 + 24_293 + 54_533);
    expect(ticks[0]).toBe('{"code":1,"data":{"s":"IBM","r":"US","ld":181.52,"v":283,"t":1381132830270,"type":"tick"}}');
  });
});
