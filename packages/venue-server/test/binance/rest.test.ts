import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { BTCUSDT_PAIR, DATA_IS_MISSING, recorded, SKIP_REASON } from '../recorded-data.ts';
import { diff, rawText, snapshot, temporaryFile, trade } from '../small-recording.ts';
import { startVenue, VenueClient } from '../venue-client.ts';

interface Book {
  lastUpdateId: number;
  bids: [string, string][];
  asks: [string, string][];
}

async function get(url: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
}

const lines = [
  diff(0, 1, 2, [['10.0', '9.0']]),
  diff(10, 3, 4, [['11.00', '1.5']]),
  snapshot(
    15,
    4,
    [
      ['11.0', '1.5'],
      ['10.0', '2.0'],
    ],
    [['12.0', '1.0']],
  ),
  diff(20, 5, 6, [
    ['10.0', '0.0'],
    ['9.5', '3.25'],
  ]),
  diff(30, 7, 8, [['11.0', '0.0']]),
];

describe('GET /api/v3/depth', () => {
  it('answers the recorded snapshot, before its moment too, brought forward by the differences played', async () => {
    const venue = await startVenue({
      recordings: [await temporaryFile('r', rawText(lines))],
      speed: 'max',
      paused: true,
    });
    const url = `${venue.restUrl}/api/v3/depth?symbol=BTCUSDT`;
    expect(await get(url)).toEqual({
      status: 200,
      body: {
        lastUpdateId: 4,
        bids: [
          ['11.0', '1.5'],
          ['10.0', '2.0'],
        ],
        asks: [['12.0', '1.0']],
      },
    });
    const client = await VenueClient.connect(`${venue.wsUrl}/ws/btcusdt@depth@100ms`);
    venue.start();
    await client.until(() => client.frames.length === 4);
    expect((await get(url)).body).toEqual({ lastUpdateId: 8, bids: [['9.5', '3.25']], asks: [['12.0', '1.0']] });
    expect((await get(`${url}&limit=1`)).body).toEqual({
      lastUpdateId: 8,
      bids: [['9.5', '3.25']],
      asks: [['12.0', '1.0']],
    });
  });

  it('answers 503 where no snapshot is recorded, or none that the differences follow', async () => {
    const without = await temporaryFile('r', rawText([trade(0, 1), ...lines.filter((line) => line.atMs !== 15)]));
    const afterHole = await temporaryFile('r', rawText([lines[0]!, snapshot(1, 99, [['1', '1']], [['2', '1']])]));
    for (const path of [without, afterHole]) {
      const venue = await startVenue({ recordings: [path], paused: true });
      expect(await get(`${venue.restUrl}/api/v3/depth?symbol=BTCUSDT`)).toMatchObject({
        status: 503,
        body: { code: -1001 },
      });
    }
  });

  it('refuses what the venue refuses', async () => {
    const venue = await startVenue({ recordings: [await temporaryFile('r', rawText(lines))], paused: true });
    const depth = `${venue.restUrl}/api/v3/depth`;
    expect(await get(depth)).toMatchObject({ status: 400, body: { code: -1102 } });
    expect(await get(`${depth}?symbol=NOSUCH`)).toEqual({ status: 400, body: { code: -1121, msg: 'Invalid symbol.' } });
    expect(await get(`${depth}?symbol=BTCUSDT&limit=ten`)).toMatchObject({ status: 400, body: { code: -1100 } });
    expect(await get(`${venue.restUrl}/api/v3/other`)).toMatchObject({ status: 404 });
    expect((await fetch(`${depth}?symbol=BTCUSDT`, { method: 'POST' })).status).toBe(405);
    const { port } = new URL(venue.restUrl);
    const unreadable = await new Promise<number | undefined>((resolve) => {
      request({ host: '127.0.0.1', port, path: '//' }, (response) => resolve(response.statusCode)).end();
    });
    expect(unreadable).toBe(400);
  });
});

describe('GET /api/v3/exchangeInfo', () => {
  it('has tick and lot size from the widest values, before the play', async () => {
    const venue = await startVenue({ recordings: [await temporaryFile('r', rawText(lines))], paused: true });
    const { body } = await get(`${venue.restUrl}/api/v3/exchangeInfo?symbols=["BTCUSDT"]`);
    expect(body).toMatchObject({
      symbols: [
        {
          symbol: 'BTCUSDT',
          baseAsset: 'BTC',
          quoteAsset: 'USDT',
          filters: [
            { filterType: 'PRICE_FILTER', tickSize: '0.10000000' },
            { filterType: 'LOT_SIZE', stepSize: '0.01000000' },
          ],
        },
      ],
    });
    expect(venue.symbols).toEqual([{ symbol: 'BTCUSDT', priceDecimals: 1, sizeDecimals: 2 }]);
    expect((await get(`${venue.restUrl}/api/v3/exchangeInfo`)).body).toMatchObject({
      symbols: [{ symbol: 'BTCUSDT' }],
    });
    expect(await get(`${venue.restUrl}/api/v3/exchangeInfo?symbol=NOSUCH`)).toMatchObject({
      status: 400,
      body: { code: -1121 },
    });
    expect(await get(`${venue.restUrl}/api/v3/exchangeInfo?symbols=BTCUSDT`)).toMatchObject({
      status: 400,
      body: { code: -1100 },
    });
  });
});

describe.skipIf(DATA_IS_MISSING)(`on recordings${SKIP_REASON}`, () => {
  /** Steps 1 to 7 of the official procedure, here only to see that the venue lets it work. */
  async function joinBook(
    venue: { wsUrl: string; restUrl: string },
    client: VenueClient,
  ): Promise<Map<string, string>> {
    await client.until(() => client.frames.length > 0);
    const book = (await get(`${venue.restUrl}/api/v3/depth?symbol=BTCUSDT&limit=5000`)).body as Book;
    const bids = new Map(book.bids.map(([price, size]) => [price, size]));
    let id = book.lastUpdateId;
    const first = (JSON.parse(client.frames[0]!) as { U: number }).U;
    expect(id).toBeGreaterThanOrEqual(first);
    let applied = 0;
    for (;;) {
      await client.until(() => client.frames.length > applied || client.events.at(-1)?.kind === 'close');
      for (; applied < client.frames.length; applied++) {
        const event = JSON.parse(client.frames[applied]!) as { U: number; u: number; b: [string, string][] };
        if (event.u <= id) continue;
        expect(event.U).toBeLessThanOrEqual(id + 1);
        for (const [price, size] of event.b) {
          if (Number(size) === 0) bids.delete(price);
          else bids.set(price, size);
        }
        id = event.u;
      }
      if (id === 50093696318) return bids;
    }
  }

  it('the book procedure works from the first moment and in the middle, to the same book', async () => {
    const venue = await startVenue({ recordings: BTCUSDT_PAIR, speed: 'max', paused: true });
    const early = await VenueClient.connect(`${venue.wsUrl}/ws/btcusdt@depth@100ms`);
    venue.start();
    const earlyBook = joinBook(venue, early);
    await early.until(() => early.frames.length > 1_000);
    const late = await VenueClient.connect(`${venue.wsUrl}/ws/btcusdt@depth@100ms`);
    const lateBook = await joinBook(venue, late);
    const top = (book: Map<string, string>) => [...book].sort(([a], [b]) => Number(b) - Number(a)).slice(0, 50);
    expect(top(await earlyBook)).toEqual(top(lateBook));
    const final = (await get(`${venue.restUrl}/api/v3/depth?symbol=BTCUSDT&limit=50`)).body as Book;
    expect(top(lateBook)).toEqual(final.bids);
    expect(late.frames.length).toBeLessThan(early.frames.length);
  });

  it('the second file alone has no book; fetched snapshots serve the capture beside them', async () => {
    const second = await startVenue({ recordings: [BTCUSDT_PAIR[1]!], paused: true });
    expect((await get(`${second.restUrl}/api/v3/depth?symbol=BTCUSDT`)).status).toBe(503);
    const captured = await startVenue({
      recordings: [
        recorded('binance/cryptofeed/BINANCE.2021-08-14.ws.zst'),
        recorded('binance/cryptofeed/BINANCE.2021-08-14.http.zst'),
      ],
      paused: true,
    });
    expect(captured.symbols.map(({ symbol }) => symbol).sort()).toEqual(['BADGERBTC', 'FTMUSDT', 'SXPBTC', 'XMRBTC']);
    for (const { symbol } of captured.symbols) {
      expect((await get(`${captured.restUrl}/api/v3/depth?symbol=${symbol}`)).status, symbol).toBe(200);
    }
  });
});

describe('GET /api/v3/historicalTrades and /api/v3/trades', () => {
  it('answer the trades that were played, those that a client never got too, from an id or the newest', async () => {
    const trades = [1, 2, 3, 4, 5].map((id) => trade(id * 10, 100 + id));
    const venue = await startVenue({
      recordings: [await temporaryFile('r', rawText(trades))],
      speed: 'max',
      paused: true,
      faults: [{ fault: 'drop', stream: '@trade', frames: 2, afterFrames: 1 }],
    });
    const url = `${venue.restUrl}/api/v3/historicalTrades?symbol=BTCUSDT`;
    expect(await get(`${url}&fromId=1`)).toEqual({ status: 200, body: [] });
    const client = await VenueClient.connect(`${venue.wsUrl}/ws/btcusdt@trade`);
    venue.start();
    await client.until(() => client.frames.length === 3);
    const ids = async (query: string): Promise<number[]> =>
      ((await get(query)).body as { id: number }[]).map(({ id }) => id);
    expect(await ids(`${url}&fromId=102&limit=2`)).toEqual([102, 103]);
    expect(await ids(`${url}&fromId=0`)).toEqual([101, 102, 103, 104, 105]);
    expect(await ids(`${url}&fromId=106`)).toEqual([]);
    expect(await ids(`${url}&limit=2`)).toEqual([104, 105]);
    expect(await ids(`${venue.restUrl}/api/v3/trades?symbol=BTCUSDT&limit=1`)).toEqual([105]);
    expect(((await get(`${url}&fromId=102&limit=1`)).body as unknown[])[0]).toEqual({
      id: 102,
      price: '60000.10000000',
      qty: '0.00500000',
      time: 1_723_075_200_019,
      isBuyerMaker: true,
      isBestMatch: true,
    });
    expect((await get(`${url}&fromId=x`)).status).toBe(400);
    expect((await get(`${venue.restUrl}/api/v3/trades?symbol=NO`)).body).toMatchObject({ code: -1121 });
    expect((await get(`${venue.restUrl}/api/v3/trades`)).body).toMatchObject({ code: -1102 });
  });

  it('answer a copy’s with its own times, from where its record begins', async () => {
    const trades = [1, 2, 3, 4, 5].map((id) => trade(id * 1_000, 100 + id));
    const venue = await startVenue({
      recordings: [await temporaryFile('r', rawText(trades))],
      speed: 'max',
      paused: true,
      clones: 1,
      cloneSpreadMs: 3_000,
    });
    const copy = venue.plan.symbols.find(({ shiftMs }) => shiftMs !== 0)!;
    const url = `${venue.restUrl}/api/v3/historicalTrades?symbol=${copy.symbol}&fromId=0`;
    const client = await VenueClient.connect(`${venue.wsUrl}/ws/btcusdt@trade/${copy.symbol.toLowerCase()}@trade`);
    venue.start();
    await venue.done;
    await client.until(() => client.frames.length > 5);
    const all = (await get(url)).body as { id: number; time: number }[];
    expect(all.map(({ id }) => id)).toEqual([101, 102, 103, 104, 105]);
    expect(all[0]!.time).toBe(1_723_075_200_999 + copy.shiftMs);
  });
});
