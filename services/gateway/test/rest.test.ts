import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeUpdate } from '@tapecast/wire';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStand, type Stand } from './stand/stand.ts';

let stand: Stand;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tapecast-page-'));
  await mkdir(join(dir, 'assets'));
  await writeFile(join(dir, 'index.html'), '<!doctype html><title>watch</title>');
  await writeFile(join(dir, 'assets', 'index-AbCd1234.js'), 'console.log(1)');
  stand = await openStand({ page: { dir } });
  const { market } = stand;
  market.quote('AAPL$US', 15_030);
  market.depth('AAPL$US', [15_020, 300, 15_010, 400], [15_025, 200], true);
  market.trade('AAPL$US', 15_030);
  const bars = [0, 60_000, 120_000].map((startMs) =>
    market.kline('AAPL$US', startMs, 15_000 + startMs / 1_000, startMs < 120_000),
  );
  await market.write();
  await market.checkpoint();
  const partition = market.partition('AAPL$US');
  const { fence, record } = await stand.state.acquire(partition);
  if (record === undefined) throw new Error('the checkpoint is not there');
  await stand.state.checkpoint(partition, fence, {
    instruments: [],
    bars: bars.slice(0, 2).map((update, i) => ({
      instrument: 'AAPL$US',
      interval: '1m',
      startMs: i * 60_000,
      update: encodeUpdate(update),
    })),
    record: { ...record, ticksNext: 2 },
  });
});
afterAll(async () => {
  await stand.stop();
  await rm(dir, { recursive: true });
});

const url = (path: string): string => `http://127.0.0.1:${stand.gateway.port}${path}`;
const get = (path: string): Promise<Response> => fetch(url(path));
const json = async (path: string) => (await get(path)).json();

describe('snapshot', () => {
  test("the stream's messages, with epoch and range", async () => {
    const body = await json('/v1/snapshot?symbols=AAPL$US,NONE$US&channels=quote,depth@5,trades,kline@1');
    expect(
      body.results.map((one: { symbol: string; channel: string; ok: boolean; seq?: number; code?: string }) => [
        one.symbol,
        one.channel,
        one.ok ? one.seq : one.code,
      ]),
    ).toEqual([
      ['AAPL$US', 'quote', 1],
      ['AAPL$US', 'depth@5', 1],
      ['AAPL$US', 'trade', 1],
      ['AAPL$US', 'kline@1m', 3],
      ['NONE$US', 'quote', 'unknown_symbol'],
      ['NONE$US', 'depth@5', 'unknown_symbol'],
      ['NONE$US', 'trade', 'unknown_symbol'],
      ['NONE$US', 'kline@1m', 'unknown_symbol'],
    ]);
    expect(
      body.data.map((one: { type: string; seq: number; epoch: string }) => [one.type, one.seq, one.epoch]),
    ).toEqual([
      ['quote', 1, 'test.1.0'],
      ['l2_snapshot', 2, 'test.1.0'],
      ['trade', 3, 'test.1.0'],
      ['kline', 4, 'test.1.0'],
    ]);
    expect(body.data[0]).toMatchObject({ last: 150.3, range: [1, 1] });
    expect(body.status[0]).toMatchObject({ type: 'status', symbol: 'AAPL$US', state: 'live' });
  });

  test('numbers=string, and text padded to the decimals', async () => {
    const text = await (await get('/v1/snapshot?symbols=AAPL$US')).text();
    expect(text).toContain('"last":150.30');
    expect(await (await get('/v1/snapshot?symbols=AAPL$US&numbers=string')).text()).toContain('"last":"150.30"');
  });
});

describe('klines', () => {
  test('final bars and the current one, oldest first', async () => {
    const body = await json('/v1/klines?symbol=AAPL$US&interval=1m');
    expect(body).toMatchObject({ symbol: 'AAPL$US', interval: '1m', channel: 'kline@1m', seq: 3 });
    expect(body.bars.map((bar: { start: number; final: boolean }) => [bar.start, bar.final])).toEqual([
      [0, true],
      [60_000, true],
      [120_000, false],
    ]);
    expect(
      (await json('/v1/klines?symbol=AAPL$US&interval=1m&limit=1')).bars.map((bar: { start: number }) => bar.start),
    ).toEqual([120_000]);
    expect(
      (await json('/v1/klines?symbol=AAPL$US&interval=1m&from=1&to=60000')).bars.map(
        (bar: { start: number }) => bar.start,
      ),
    ).toEqual([60_000]);
  });

  test('bars that became final after the last checkpoint are not left out before newer ones', async () => {
    const { market } = stand;
    market.kline('EURUSD$GB', 0, 15_000, true);
    market.kline('EURUSD$GB', 60_000, 15_000);
    await market.write();
    await market.checkpoint();
    market.kline('EURUSD$GB', 60_000, 15_000, true);
    market.kline('EURUSD$GB', 120_000, 15_000, true);
    market.kline('EURUSD$GB', 180_000, 15_000);
    await market.write();
    const bars = async () =>
      (await json('/v1/klines?symbol=EURUSD$GB&interval=1m')).bars.map(
        (bar: { start: number; final: boolean }) => `${bar.start} ${bar.final}`,
      );
    // What was written is read by the gateway a moment later.
    await expect.poll(async () => (await bars()).at(-1), { timeout: 10_000 }).toBe('180000 false');
    // The first was final before the checkpoint, which here wrote no bars.
    expect(await bars()).toEqual(['60000 true', '120000 true', '180000 false']);
  });
});

test('instruments: those that begin with the query first', async () => {
  const body = await json('/v1/instruments?q=us');
  expect(body.total).toBe(3);
  expect(body.instruments.map((one: { symbol: string }) => one.symbol)).toEqual(['AAPL$US', 'BTCUSDT$BA', 'EURUSD$GB']);
  expect(body.instruments[0]).toMatchObject({
    name: 'Name of AAPL$US',
    venue: 'test',
    price_decimals: 2,
    size_decimals: 3,
  });
});

describe('what is wrong', () => {
  test.each([
    ['/v1/snapshot', 400, 'bad_request'],
    [`/v1/snapshot?symbols=${Array.from({ length: 101 }, (_, i) => `S${i}$US`).join(',')}`, 400, 'bad_request'],
    ['/v1/klines?symbol=NONE$US', 404, 'unknown_symbol'],
    ['/v1/klines?symbol=AAPL$US&interval=7m', 400, 'bad_request'],
    ['/v1/klines?symbol=AAPL$US&from=x', 400, 'bad_request'],
    ['/v1/klines?symbol=AAPL$US&limit=0', 400, 'bad_request'],
    ['/v1/instruments?limit=-1', 400, 'bad_request'],
    ['/v1/nothing', 404, 'not_found'],
    ['/%2e%2e/package.json', 404, 'not_found'],
    ['/v1/stream', 426, 'upgrade_required'],
  ])('%s is answered %i %s', async (path, status, code) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    const body = await response.json();
    expect(body).toMatchObject({ type: 'error', code });
    expect(body.msg.length).toBeGreaterThan(15);
  });

  test('other methods, a long query, and a request that is cut', async () => {
    expect((await fetch(url('/v1/snapshot'), { method: 'POST', body: 'x'.repeat(100_000) })).status).toBe(405);
    expect((await get(`/v1/snapshot?symbols=${'A'.repeat(2_000)}&x=${'B'.repeat(900)}`)).status).toBe(200);
    expect((await get(`/v1/snapshot?symbols=${'A'.repeat(2_600)}&x=${'B'.repeat(900)}`)).status).toBe(414);
    await Promise.all(
      Array.from(
        { length: 50 },
        () =>
          new Promise<void>((resolve) => {
            const cut = request(url('/v1/klines?symbol=AAPL$US'), () => {});
            cut.on('error', () => resolve());
            cut.on('close', () => resolve());
            cut.end(() => setTimeout(() => cut.destroy(), 0));
          }),
      ),
    );
    expect((await get('/v1/instruments')).status).toBe(200);
  });
});

describe('page and headers', () => {
  test('files have their types, the page a policy, hashed names are kept', async () => {
    const page = await get('/');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(await page.text()).toContain('watch');
    const script = await get('/assets/index-AbCd1234.js');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('cache-control')).toContain('immutable');
    const head = await fetch(url('/'), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '35', '']);
  });

  test('pages of any origin may ask where everyone may', async () => {
    expect((await get('/v1/instruments')).headers.get('access-control-allow-origin')).toBe('*');
    expect((await fetch(url('/v1/instruments'), { method: 'OPTIONS' })).status).toBe(204);
  });
});
