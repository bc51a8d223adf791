import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { openRecording, type Recording } from '../../src/index.ts';
import { DATA_IS_MISSING, RECORDED_DATA, recorded, SKIP_REASON } from '../recorded-data.ts';
import { rawText, START_MS, temporaryFile, trade } from '../small-recording.ts';

const withData = describe.skipIf(DATA_IS_MISSING);

async function frames(path: string) {
  const recording = await openRecording(path);
  if (!('frames' in recording)) throw new Error(`${path} was read as ${recording.format}`);
  return recording;
}

withData(`the recordings of the data folder${SKIP_REASON}`, () => {
  it('are the files that the manifest lists', () => {
    const manifest = JSON.parse(readFileSync(recorded('manifest.json'), 'utf8')) as {
      path: string;
      bytes: number;
      sha256: string;
    }[];
    expect(manifest.length).toBeGreaterThanOrEqual(30);
    for (const { path, bytes, sha256 } of manifest) {
      const content = readFileSync(recorded(path));
      expect(content.length, path).toBe(bytes);
      expect(createHash('sha256').update(content).digest('hex'), path).toBe(sha256);
    }
    expect(RECORDED_DATA).not.toBe('');
  });

  it.each([
    ['binance/hftbacktest/spot_btcusdt_20240808.raw.jsonl.gz', 'raw-lines', 'binance', 41_249, 1723161253937085],
    ['binance/hftbacktest/spot_btcusdt_20240809.raw.jsonl.gz', 'raw-lines', 'binance', 58_325, 1723161600001658],
    ['binance/hftbacktest/spot_btcusdt_20230405.us.raw.jsonl.gz', 'raw-lines', 'binance', 15_088, 1680652800004107],
    ['binance/cryptofeed/BINANCE.2021-08-14.ws.zst', 'cryptofeed', 'binance', 1_004, 0],
    ['binance/cryptofeed/BINANCE.2021-08-14.http.zst', 'cryptofeed', 'binance', 4, 1628952396228346],
    ['crypto_other/COINBASE.2021-04-17.ws.zst', 'cryptofeed', 'coinbase', 9_950, 1618677816843429],
    ['crypto_other/KRAKEN.2021-04-17.ws.48.zst', 'cryptofeed', 'kraken', 51, 1618678132368463],
    ['crypto_other/KRAKEN.2021-04-17.ws.50.zst', 'cryptofeed', 'kraken', 4_323, 1618678132385815],
  ])('frames of %s', async (name, format, venue, count, firstTimeUs) => {
    const recording = await frames(recorded(name));
    expect(recording).toMatchObject({ format, venue, end: { kind: 'complete' }, malformed: { count: 0 } });
    expect(recording.frames.length).toBe(count);
    if (firstTimeUs > 0) expect(recording.frames.timeUs(0)).toBe(firstTimeUs);
    for (let index = 0; index < count; index += 997) {
      if (recording.frames.direction(index) !== 'opened') JSON.parse(recording.frames.text(index));
    }
  });

  it('tells what a captured connection sent, opened and fetched', async () => {
    const kraken = await frames(recorded('crypto_other/KRAKEN.2021-04-17.ws.48.zst'));
    expect([0, 1, 2].map((index) => kraken.frames.direction(index))).toEqual(['opened', 'sent', 'received']);
    expect(kraken.frames.url(1)).toBe('wss://ws.kraken.com');
    const http = await frames(recorded('binance/cryptofeed/BINANCE.2021-08-14.http.zst'));
    expect(http.frames.direction(0)).toBe('fetched');
    expect(http.frames.url(0)).toContain('symbol=XMRBTC');
  });

  it('Lean trades, quotes and forex', async () => {
    const trades = await openRecording(recorded('us_equities/lean/equity_usa_tick_ibm_20131007_trade.zip'));
    const forex = await openRecording(recorded('forex_metals/lean/forex_oanda_tick_eurusd_20140507_quote.zip'));
    if (trades.format !== 'lean-trade' || forex.format !== 'lean-forex') throw new Error('read as something else');
    expect(trades).toMatchObject({ symbol: 'IBM', day: '20131007', end: { kind: 'complete' } });
    expect([...trades.rows][0]).toEqual({
      msOfDay: 14_430_270,
      price: 1_815_200,
      size: 283,
      exchange: 'P',
      conditions: '20002020',
      suspicious: false,
    });
    expect([...trades.rows]).toHaveLength(24_293);
    expect(forex).toMatchObject({ symbol: 'EURUSD', day: '20140507' });
    expect([...forex.rows][0]).toEqual({ msOfDay: 7_135, bid: '1.39286', ask: '1.39298' });
    expect(trades.malformed.count + forex.malformed.count).toBe(0);
  });

  it("Lean's coarse universe and Alpaca's trades", async () => {
    const coarse = await openRecording(recorded('us_equities/lean_coarse/20140324.csv.gz'));
    const alpaca = await openRecording(recorded('alpaca/trades.json.gz'));
    if (coarse.format !== 'lean-coarse' || alpaca.format !== 'alpaca-trades') throw new Error('read as something else');
    expect([...coarse.rows]).toHaveLength(7_111);
    expect([...coarse.rows][0]).toEqual({ ticker: 'A', close: '55.26', volume: 1_983_802, dollarVolume: 109_624_898 });
    expect(alpaca.end).toEqual({ kind: 'complete' });
    expect(alpaca.trades).toHaveLength(5);
    expect(alpaca.trades[0]).toMatchObject({
      symbol: 'AAPL',
      trade: { p: 140.2, s: 595, t: '2021-10-13T08:00:00.08960768Z' },
    });
  });
});

/** Everything of a recording that can be compared. */
function rowsOf(recording: Recording): unknown[] {
  if ('frames' in recording) return [...recording.frames];
  return 'trades' in recording ? [...recording.trades] : [...recording.rows];
}

withData(`a recording that is cut${SKIP_REASON}`, () => {
  it.each([
    'binance/hftbacktest/spot_btcusdt_20230405.us.raw.jsonl.gz',
    'crypto_other/KRAKEN.2021-04-17.ws.50.zst',
    'us_equities/lean/equity_usa_tick_ibm_20131007_trade.zip',
    'us_equities/lean_coarse/20140324.csv.gz',
  ])('%s gives its complete rows and says where it stops', async (name) => {
    const bytes = readFileSync(recorded(name));
    const whole = rowsOf(await openRecording(recorded(name)));
    for (const share of [0.4, 0.8]) {
      const path = await temporaryFile('cut', bytes.subarray(0, Math.floor(bytes.length * share)));
      const cut = await openRecording(path);
      const rows = rowsOf(cut);
      expect(rows).toEqual(whole.slice(0, rows.length));
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.length).toBeLessThan(whole.length);
      expect(cut.end).toMatchObject({ kind: 'truncated' });
      if (cut.end.kind === 'truncated') expect(cut.end.line).toBe(rows.length + 1);
    }
  });
});

describe('a small recording', () => {
  const lines = [trade(0, 1), trade(10, 2), trade(20, 3)];
  const text = rawText(lines);

  it.each([
    ['plain', (bytes: Buffer) => bytes],
    ['gzip', (bytes: Buffer) => gzipSync(bytes)],
    ['zstd', (bytes: Buffer) => zstdCompressSync(bytes)],
    ['zip', (bytes: Buffer) => zipSync({ 'any-name.jsonl': bytes })],
  ])('is the same packed as %s, whatever its name', async (_, pack) => {
    const recording = await frames(await temporaryFile('no-extension', pack(Buffer.from(text))));
    expect([...recording.frames].map((frame) => [frame.timeUs, frame.text])).toEqual(
      lines.map((line) => [(START_MS + line.atMs) * 1000, JSON.stringify(line.frame)]),
    );
  });

  it('cut at every byte never fails: all complete frames, then a named end', async () => {
    const path = await temporaryFile('cut.jsonl', '');
    const { writeFile } = await import('node:fs/promises');
    const firstLineEnd = text.indexOf('\n');
    for (let size = firstLineEnd; size < text.length; size++) {
      await writeFile(path, text.slice(0, size));
      const recording = await frames(path);
      const complete = text.slice(0, size).split('\n').slice(0, -1).length;
      const lastIsWhole = text[size] === '\n';
      expect(recording.frames.length).toBe(complete + (lastIsWhole ? 1 : 0));
      const stopsInside = !lastIsWhole && text[size - 1] !== '\n';
      expect(recording.end).toEqual(
        stopsInside
          ? {
              kind: 'truncated',
              reason: 'the last line is incomplete',
              line: complete + 1,
              byte: text.lastIndexOf('\n', size - 1) + 1,
            }
          : { kind: 'complete' },
      );
    }
  });

  it('packed and cut at every byte never fails', async () => {
    const long = rawText(Array.from({ length: 40 }, (_, id) => trade(id, id)));
    const { unpack } = await import('../../src/recordings/unpack.ts');
    for (const packed of [
      gzipSync(long),
      zstdCompressSync(Buffer.from(long)),
      Buffer.from(zipSync({ 'a.jsonl': Buffer.from(long) })),
    ]) {
      for (let size = 4; size < packed.length; size += 3) {
        const { data } = await unpack(packed.subarray(0, size));
        expect(long.startsWith(data.toString())).toBe(true);
      }
    }
  });

  it('damaged inside gzip gives what comes before the damage', async () => {
    const long = rawText(Array.from({ length: 20_000 }, (_, id) => trade(id, id * 7919)));
    const packed = gzipSync(long);
    packed.fill(0xff, packed.length >> 1, (packed.length >> 1) + 64);
    const recording = await frames(await temporaryFile('damaged.gz', packed));
    expect(recording.frames.length).toBeGreaterThan(5_000);
    expect(recording.end.kind).toBe('truncated');
    // Deflate finds damage some bytes late, so the last frames before its report may be wrong.
    expect([...recording.frames].slice(0, 5_000).every((frame, id) => frame.text.includes(`"t":${id * 7919},`))).toBe(
      true,
    );
  });

  it('counts lines that have not its form and goes on', async () => {
    const path = await temporaryFile('bad.jsonl', `${rawText([lines[0]!])}not a line\n12 {}\n${rawText([lines[1]!])}`);
    const recording = await frames(path);
    expect(recording.frames.length).toBe(2);
    expect(recording.malformed).toMatchObject({
      count: 2,
      samples: [
        { line: 2, start: 'not a line' },
        { line: 3, start: '12 {}' },
      ],
    });
  });

  it('of no known form, or not there, is refused by name', async () => {
    await expect(openRecording(await temporaryFile('x', 'hello\n'))).rejects.toMatchObject({ code: 'unknown_format' });
    await expect(openRecording('/nowhere/x.gz')).rejects.toMatchObject({ code: 'not_found' });
  });
});
