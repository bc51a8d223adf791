import { type FrameRecording, openRecording } from '@tapecast/venue-server';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type BinanceContent,
  BTCUSDT_PAIR,
  checkBook,
  checkKrakenBooks,
  dayStatisticsOracle,
  idJumps,
  klineOracle,
  NO_RECORDED_DATA,
  pairLeanQuotes,
  readBinance,
  recorded,
  tradeOracle,
} from '../../src/index.ts';

const skipReason = NO_RECORDED_DATA === undefined ? '' : ` (skipped: ${NO_RECORDED_DATA})`;
const withData = describe.skipIf(NO_RECORDED_DATA !== undefined);

async function frames(path: string): Promise<FrameRecording> {
  const recording = await openRecording(path);
  if (!('frames' in recording)) throw new Error(`${path} has no frames`);
  return recording;
}

withData(`the BTCUSDT pair${skipReason}`, () => {
  let content: BinanceContent;
  beforeAll(async () => {
    content = readBinance([await frames(BTCUSDT_PAIR[0]), await frames(BTCUSDT_PAIR[1])]);
  });

  it('has no gap in its book, and the top of it is the bookTicker but for the two states that this one skipped', () => {
    const snapshot = content.snapshots[0]!.snapshot;
    const check = checkBook(content.diffs, snapshot, content.tops);
    expect(content.snapshots).toHaveLength(1);
    expect(check).toEqual({ checks: 6_493, mismatches: [1723161666102, 1723161667202], gaps: 0 });
  });

  it('gives the same book whenever the snapshot comes', () => {
    const snapshot = content.snapshots[0]!.snapshot;
    const head = content.diffs.slice(0, 500);
    const expected = checkBook(head, snapshot, content.tops, 0);
    for (const after of [1, 5, 100]) expect(checkBook(head, snapshot, content.tops, after)).toEqual(expected);
  });

  it('has contiguous trade ids and rising bookTicker ids', () => {
    expect(content.trades).toHaveLength(19_904);
    expect(idJumps(content.trades.map((trade) => trade.id))).toEqual([]);
    expect(content.tops.every((top, index) => index === 0 || top.id > content.tops[index - 1]!.id)).toBe(true);
    const ids = content.trades.map((trade) => trade.id);
    expect(tradeOracle(ids, ids)).toEqual({ missing: [], doubled: [], unknown: [], outOfOrder: [] });
  });

  it('sums the same by minutes as by days, over both UTC days', () => {
    const decimals = { priceDecimals: 2, sizeDecimals: 6 };
    const days = dayStatisticsOracle(content.trades, decimals);
    const minutes = klineOracle(content.trades, 60_000, decimals);
    expect(days.map((day) => new Date(day.startMs).toISOString().slice(0, 10))).toEqual(['2024-08-08', '2024-08-09']);
    expect(days[1]!.prevClose).toBe(days[0]!.close);
    for (const day of days) {
      const bars = minutes.filter((bar) => bar.startMs >= day.startMs && bar.startMs < day.startMs + 86_400_000);
      expect(bars.reduce((sum, bar) => sum + bar.volume, 0n)).toBe(day.volume);
      expect(bars.reduce((sum, bar) => sum + bar.turnover, 0n)).toBe(day.turnover);
      expect(bars.reduce((sum, bar) => sum + bar.trades, 0)).toBe(day.trades);
      expect(bars[0]!.open).toBe(day.open);
      expect(bars.at(-1)!.close).toBe(day.close);
      expect(day.vwap! >= day.low * 10_000n && day.vwap! <= day.high * 10_000n).toBe(true);
    }
  });
});

withData(`the BTCUSDT recording of 2023${skipReason}`, () => {
  it('has contiguous trade ids and differences, and no snapshot', async () => {
    const content = readBinance([await frames(recorded('binance/hftbacktest/spot_btcusdt_20230405.us.raw.jsonl.gz'))]);
    expect(content.snapshots).toEqual([]);
    expect(idJumps(content.trades.map((trade) => trade.id))).toEqual([]);
    for (let at = 1; at < content.diffs.length; at++) {
      expect(content.diffs[at]!.firstId).toBe(content.diffs[at - 1]!.lastId + 1);
    }
  });
});

withData(`cryptofeed's Binance captures${skipReason}`, () => {
  it.each(['BINANCE', 'BINANCE_US'])('%s: every snapshot bridges its differences, without a gap', async (name) => {
    const content = readBinance([
      await frames(recorded(`binance/cryptofeed/${name}.2021-08-14.http.zst`)),
      await frames(recorded(`binance/cryptofeed/${name}.2021-08-14.ws.zst`)),
    ]);
    expect(content.snapshots).toHaveLength(4);
    for (const { symbol, snapshot } of content.snapshots) {
      const diffs = content.diffs.filter((diff) => diff.symbol === symbol);
      const bridge = diffs.find((diff) => diff.lastId > snapshot.lastUpdateId)!;
      expect(bridge.firstId).toBeLessThanOrEqual(snapshot.lastUpdateId + 1);
      expect(diffs[0]!.firstId).toBeLessThanOrEqual(snapshot.lastUpdateId);
      const check = checkBook(
        diffs,
        snapshot,
        content.tops.filter((top) => top.symbol === symbol),
        diffs.indexOf(bridge) + 1,
      );
      expect(check.gaps).toBe(0);
      expect(check.checks).toBeGreaterThan(0);
    }
  });
});

withData(`Kraken's books${skipReason}`, () => {
  it('verify all 4,269 checksums', async () => {
    const recording = await frames(recorded('crypto_other/KRAKEN.2021-04-17.ws.50.zst'));
    expect(checkKrakenBooks(recording)).toEqual({ checksums: 4_269, verified: 4_269 });
  });
});

withData(`Lean's NBBO quotes${skipReason}`, () => {
  // The first file of each symbol begins with the ask of a message whose bid is not in it; nothing else is unpaired.
  it.each([
    ['ibm', '20131007', [0]],
    ['ibm', '20131008', []],
    ['ibm', '20131009', []],
    ['bac', '20131007', [0]],
  ])('pair up: %s %s', async (symbol, day, unpaired) => {
    const recording = await openRecording(recorded(`us_equities/lean/equity_usa_tick_${symbol}_${day}_quote.zip`));
    if (recording.format !== 'lean-quote') throw new Error(`read as ${recording.format}`);
    const pairing = pairLeanQuotes(recording.rows);
    expect(pairing.unpaired).toEqual(unpaired);
    expect(pairing.crossed / pairing.pairs).toBeLessThanOrEqual(0.0009);
    expect(pairing.locked / pairing.pairs).toBeLessThanOrEqual(0.044);
    expect(recording.malformed.count).toBe(0);
  });
});
