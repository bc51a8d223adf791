import { describe, expect, it } from 'vitest';
import { dueWallUs, type PlayEntry, planPlay, playedUs, type ReplayClock } from '../../src/index.ts';
import { gapsBetween, nextClockUs } from '../../src/play/play-axis.ts';
import { BTCUSDT_PAIR, DATA_IS_MISSING, recorded, SKIP_REASON } from '../recorded-data.ts';
import { diff, rawText, START_MS, snapshot, temporaryFile, trade } from '../small-recording.ts';
import { startVenue, VenueClient } from '../venue-client.ts';

const DAY_MS = 86_400_000;

function summary(entries: Iterable<PlayEntry>): [number, string][] {
  return [...entries].map((entry) => [entry.timeUs / 1000 - START_MS, entry.stream]);
}

describe('several recordings', () => {
  it('of one symbol follow each other, of others play side by side, by recorded time', async () => {
    const first = await temporaryFile('a', rawText([trade(0, 1), trade(30, 2)]));
    const second = await temporaryFile('b', rawText([trade(40, 3)]));
    const other = await temporaryFile('c', rawText([trade(10, 1, 'ETHUSDT'), trade(35, 2, 'ETHUSDT')]));
    const plan = await planPlay([second, other, first]);
    expect(summary(plan.entries())).toEqual([
      [0, 'btcusdt@trade'],
      [10, 'ethusdt@trade'],
      [30, 'btcusdt@trade'],
      [35, 'ethusdt@trade'],
      [40, 'btcusdt@trade'],
    ]);
    expect(plan.symbols.map(({ symbol }) => symbol)).toEqual(['BTCUSDT', 'ETHUSDT']);
    expect(plan.frameCount).toBe(5);
  });

  it('with a day between them do not keep anyone waiting', async () => {
    const first = await temporaryFile('a', rawText([trade(0, 1), trade(500, 2)]));
    const second = await temporaryFile('b', rawText([trade(DAY_MS, 3)]));
    const venue = await startVenue({ recordings: [first, second], speed: 10, paused: true });
    const client = await VenueClient.connect(`${venue.wsUrl}/ws/btcusdt@trade`);
    venue.start();
    await venue.done;
    await client.until(() => client.tradeIds.length === 3);
    expect(client.pings.slice(0, 6).map((time) => time - START_MS)).toEqual(
      [0, 0, 250, 500, DAY_MS, DAY_MS + 250].slice(0, client.pings.length),
    );
    const clock = venue.clock();
    expect(clock.skips).toEqual([{ fromUs: (START_MS + 500) * 1000, toUs: (START_MS + DAY_MS) * 1000 }]);
    expect(dueWallUs(clock, (START_MS + DAY_MS) * 1000)! - clock.startedAtWallUs!).toBe(50_000);
  });

  it('that have the same stream at the same time are refused', async () => {
    const path = await temporaryFile('a', rawText([trade(0, 1), trade(30, 2)]));
    await expect(planPlay([path, path])).rejects.toMatchObject({ code: 'recordings_overlap' });
  });

  it('of another venue, or without frames, are refused', async () => {
    const nothing = await temporaryFile('a', rawText([snapshot(0, 1, [], [])]));
    await expect(planPlay([nothing])).rejects.toMatchObject({ code: 'nothing_to_play' });
    const kraken = await temporaryFile('b', '1618678132.834942: {"channelID":1921,"event":"x"}\n');
    await expect(planPlay([kraken])).rejects.toMatchObject({ code: 'wrong_venue' });
  });

  it('a frame that belongs to no stream is not played', async () => {
    const text = `${rawText([trade(0, 1)])}${START_MS + 1}000000 no json\n${rawText([trade(2, 2)])}`;
    expect((await planPlay([await temporaryFile('a', text)])).frameCount).toBe(2);
  });
});

describe('copies', () => {
  const lines = [
    ...Array.from({ length: 300 }, (_, at) => trade(at * 10, at)),
    ...Array.from({ length: 300 }, (_, at) => diff(at * 10 + 5, at + 1, at + 1, [['1.00', '2.00']])),
    snapshot(5, 1, [['0.50', '1.00']], [['9.00', '1.00']]),
  ].sort((a, b) => a.atMs - b.atMs);

  it('have other names and times, each its own place, the same for the same seed', async () => {
    const path = await temporaryFile('a', rawText(lines));
    const plan = await planPlay([path], { clones: 4, seed: 7 });
    expect(plan.symbols.map(({ symbol }) => symbol)).toEqual(['BTCUSDT', 'X1USDT', 'X2USDT', 'X3USDT', 'X4USDT']);
    const shifts = plan.symbols.map(({ shiftMs }) => shiftMs);
    expect(new Set(shifts).size).toBe(5);
    expect(shifts.every((shift) => shift <= 0 && shift >= -1000)).toBe(true);
    expect((await planPlay([path], { clones: 4, seed: 7 })).symbols.map(({ shiftMs }) => shiftMs)).toEqual(shifts);
    expect((await planPlay([path], { clones: 4, seed: 8 })).symbols.map(({ shiftMs }) => shiftMs)).not.toEqual(shifts);
    let timeUs = 0;
    for (const entry of plan.entries()) {
      expect(entry.timeUs).toBeGreaterThanOrEqual(timeUs);
      timeUs = entry.timeUs;
      const frame = JSON.parse(entry.combined().toString()) as {
        stream: string;
        data: { s: string; E: number; T?: number };
      };
      expect(frame.stream).toBe(entry.stream);
      expect(frame.data.s).toBe(entry.symbol.symbol);
      expect(frame.data.E).toBe(entry.timeUs / 1000);
      if (frame.data.T !== undefined) expect(frame.data.T).toBe(entry.timeUs / 1000 - 1);
    }
    expect([...plan.entries()]).toHaveLength(plan.frameCount);
  });

  it('begin with a book that what lies before has brought forward', async () => {
    const venue = await startVenue({ recordings: [await temporaryFile('a', rawText(lines))], clones: 1, paused: true });
    const copy = venue.plan.symbols[1]!;
    const first = [...venue.plan.entries()].find((entry) => entry.symbol === copy && entry.isDiff)!;
    const { data } = JSON.parse(first.combined().toString()) as { data: { U: number } };
    const book = (await (await fetch(`${venue.restUrl}/api/v3/depth?symbol=X1USDT`)).json()) as {
      lastUpdateId: number;
      bids: unknown;
    };
    expect(copy.diffsBefore).toBeGreaterThan(0);
    expect(book.lastUpdateId).toBe(data.U - 1);
    expect(book.bids).toEqual([
      ['1.00', '2.00'],
      ['0.50', '1.00'],
    ]);
  });

  it('too many, or no number, are refused', async () => {
    const path = await temporaryFile('a', rawText(lines));
    for (const clones of [-1, 1.5, 1001])
      await expect(planPlay([path], { clones })).rejects.toMatchObject({ code: 'bad_option' });
  });
});

describe('due times', () => {
  const clock: ReplayClock = {
    state: 'playing',
    speed: 2,
    recordStartMs: 1,
    recordStartUs: 1_000,
    recordEndUs: 9_000_000,
    skips: [{ fromUs: 2_000, toUs: 5_000 }],
    positionUs: 1_000,
    startedAtWallUs: 50_000,
  };

  it('are the start and what was played before, by the speed', () => {
    expect(playedUs(clock, 2_000)).toBe(1_000);
    expect(playedUs(clock, 5_000)).toBe(1_000);
    expect(playedUs(clock, 6_000)).toBe(2_000);
    expect(dueWallUs(clock, 6_000)).toBe(51_000);
    expect(dueWallUs({ ...clock, speed: 'max' }, 6_000)).toBeUndefined();
    expect(dueWallUs({ ...clock, startedAtWallUs: undefined }, 6_000)).toBeUndefined();
  });

  it('a frame never leaves before it is due', async () => {
    const many = Array.from({ length: 200 }, (_, at) => trade(at * 10, at));
    const venue = await startVenue({ recordings: [await temporaryFile('a', rawText(many))], speed: 10, paused: true });
    const client = await VenueClient.connect(`${venue.wsUrl}/ws/btcusdt@trade`);
    const arrivedUs: number[] = [];
    client.socket.on('message', () => arrivedUs.push((performance.timeOrigin + performance.now()) * 1000));
    venue.start();
    await client.until(() => client.tradeIds.length === 200);
    const due = [...venue.plan.entries()].map((entry) => dueWallUs(venue.clock(), entry.timeUs)!);
    expect(arrivedUs.every((at, index) => at >= due[index]!)).toBe(true);
  });

  it('a rate is a speed', async () => {
    const path = await temporaryFile('a', rawText([trade(0, 1), trade(500, 2), trade(1000, 3)]));
    const venue = await startVenue({ recordings: [path], rate: 6, paused: true });
    expect(venue.clock().speed).toBe(2);
    await expect(startVenue({ recordings: [path], rate: 6, speed: 2 })).rejects.toMatchObject({ code: 'bad_option' });
    await expect(startVenue({ recordings: [path], speed: 0 })).rejects.toMatchObject({ code: 'bad_option' });
    const port = Number(new URL(venue.restUrl).port);
    await expect(startVenue({ recordings: [path], port })).rejects.toMatchObject({
      code: 'port_taken',
      message: expect.stringContaining('--port'),
    });
  });

  it('the clock has a grid and jumps over what is skipped', () => {
    expect(nextClockUs([], 1_000_001)).toBe(1_250_000);
    expect(nextClockUs([], 1_250_000)).toBe(1_500_000);
    expect(nextClockUs([{ fromUs: 1_300_000, toUs: 90_100_000 }], 1_250_000)).toBe(90_000_000);
  });

  it('gaps between files, not inside them, are skipped', () => {
    const second = 1_000_000;
    expect(
      gapsBetween([
        { fromUs: 200 * second, toUs: 300 * second },
        { fromUs: 0, toUs: 100 * second },
      ]),
    ).toEqual([{ fromUs: 100 * second, toUs: 200 * second }]);
    expect(
      gapsBetween([
        { fromUs: 0, toUs: 250 * second },
        { fromUs: 100 * second, toUs: 150 * second },
        { fromUs: 300 * second, toUs: 400 * second },
      ]),
    ).toEqual([]);
  });
});

describe.skipIf(DATA_IS_MISSING)(`on recordings${SKIP_REASON}`, () => {
  it('the BTCUSDT pair at max arrives whole, byte for byte and in order', async () => {
    const venue = await startVenue({ recordings: BTCUSDT_PAIR, speed: 'max', paused: true });
    expect(venue.plan).toMatchObject({
      frameCount: 99_573,
      startUs: 1723161253937085,
      endUs: 1723161904535092,
      skips: [],
    });
    const client = await VenueClient.connect(`${venue.wsUrl}/stream?streams=${venue.plan.streams.join('/')}`);
    venue.start();
    await client.until(() => client.events.length >= 99_573 && client.frames.length === 99_573);
    const expected = [...venue.plan.entries()].map((entry) => entry.combined().toString());
    expect(client.frames.every((text, index) => text === expected[index])).toBe(true);
  });

  it('captures of another second of 2021 and the pair of 2024 play after one another', async () => {
    const plan = await planPlay([BTCUSDT_PAIR[0]!, recorded('binance/cryptofeed/BINANCE.2021-08-14.ws.zst')]);
    expect(plan.skips).toHaveLength(1);
    expect(plan.symbols).toHaveLength(5);
  });
});
