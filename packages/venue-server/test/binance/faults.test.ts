import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/index.ts';
import { diff, rawText, START_MS, snapshot, temporaryFile, trade } from '../small-recording.ts';
import { startVenue, VenueClient } from '../venue-client.ts';

const trades = Array.from({ length: 10 }, (_, at) => trade(at * 10, at + 1));

async function play(faults: Fault[], recorded = trades) {
  const venue = await startVenue({
    recordings: [await temporaryFile('r', rawText(recorded))],
    speed: 'max',
    paused: true,
    faults,
  });
  const client = await VenueClient.connect(`${venue.wsUrl}/stream?streams=btcusdt@trade`);
  return { venue, client };
}

/** The trade ids that arrive under these faults; the clock behind the last frame tells that there are no more. */
async function idsUnder(faults: Fault[]): Promise<number[]> {
  const { venue, client } = await play(faults);
  venue.start();
  await venue.done;
  await client.until(() => client.pings.some((time) => time >= START_MS + 250));
  return client.tradeIds;
}

describe('faults on frames', () => {
  it('drop leaves the next frames out', async () => {
    expect(await idsUnder([{ fault: 'drop', frames: 2, afterFrames: 3 }])).toEqual([1, 2, 3, 6, 7, 8, 9, 10]);
  });

  it('duplicate sends the next frames twice', async () => {
    expect(await idsUnder([{ fault: 'duplicate', frames: 2 }])).toEqual([1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('reorder sends the next frames in reverse', async () => {
    expect(await idsUnder([{ fault: 'reorder', frames: 3, afterFrames: 1 }])).toEqual([1, 4, 3, 2, 5, 6, 7, 8, 9, 10]);
  });

  it('reorder loses nothing when the play ends before it has all', async () => {
    expect(await idsUnder([{ fault: 'reorder', frames: 100, afterFrames: 8 }])).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 10, 9,
    ]);
  });

  it('one after the other, each on the stream it names', async () => {
    const faults: Fault[] = [
      { fault: 'drop', frames: 5, stream: '@depth' },
      { fault: 'drop', frames: 1, stream: '@trade' },
      { fault: 'duplicate', frames: 1 },
    ];
    expect(await idsUnder(faults)).toEqual([2, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});

describe('faults on connections', () => {
  it('cut ends them without a close frame; at max the play waits for a new one', async () => {
    const { venue, client } = await play([{ fault: 'cut', afterFrames: 4 }]);
    venue.start();
    expect((await client.closed()).code).toBe(1006);
    const again = await VenueClient.connect(`${venue.wsUrl}/stream?streams=btcusdt@trade`);
    await again.until(() => again.tradeIds.includes(10));
    expect(again.tradeIds).toEqual([5, 6, 7, 8, 9, 10]);
  });

  it('stall sends nothing, then all that was due, in order', async () => {
    const { venue, client } = await play([{ fault: 'stall', ms: 300, afterFrames: 5 }]);
    const startedAt = performance.now();
    venue.start();
    await client.until(() => client.tradeIds.length === 5);
    await client.until(() => client.tradeIds.length === 10);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(299);
    expect(client.tradeIds).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('garbage is one frame that is no JSON, or what is asked for', async () => {
    const { venue, client } = await play([
      { fault: 'garbage', afterFrames: 2 },
      { fault: 'garbage', text: 'ÿ', binary: true, afterFrames: 3 },
    ]);
    venue.start();
    await client.until(() => client.frames.length === 12);
    expect(() => JSON.parse(client.frames[2]!) as unknown).toThrow();
    expect(client.frames[4]).toBe('ÿ');
    expect(client.tradeIds).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('serverShutdown is announced, then the connection closed', async () => {
    const { venue, client } = await play([]);
    const bare = await VenueClient.connect(`${venue.wsUrl}/ws`);
    venue.inject({ fault: 'server-shutdown', closeAfterMs: 0 });
    expect((await client.closed()).code).toBe(1001);
    await bare.closed();
    const event = { e: 'serverShutdown', E: START_MS };
    expect(client.frames.map((text) => JSON.parse(text) as unknown)).toEqual([
      { stream: '!serverShutdown', data: event },
    ]);
    expect(bare.frames.map((text) => JSON.parse(text) as unknown)).toEqual([event]);
  });
});

describe('faults on REST', () => {
  const book = [diff(0, 1, 2, []), snapshot(1, 2, [['1', '1']], [['2', '1']])];

  it('answers 429 with Retry-After, 503, and then as always', async () => {
    const { venue } = await play(
      [
        { fault: 'rest-status', status: 429, retryAfterS: 7 },
        { fault: 'rest-status', status: 503, requests: 2 },
      ],
      book,
    );
    const url = `${venue.restUrl}/api/v3/depth?symbol=BTCUSDT`;
    const first = await fetch(url);
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await first.json()).toMatchObject({ code: -1003 });
    const statuses: number[] = [];
    for (let at = 0; at < 3; at++) statuses.push((await fetch(url)).status);
    expect(statuses).toEqual([503, 503, 200]);
  });

  it('delays a snapshot, no other answer', async () => {
    const { venue } = await play([{ fault: 'snapshot-delay', ms: 250 }], book);
    const url = `${venue.restUrl}/api/v3/depth?symbol=BTCUSDT`;
    const startedAt = performance.now();
    const delayed = fetch(url).then(async (response) => ({
      body: await response.json(),
      ms: performance.now() - startedAt,
    }));
    expect((await fetch(`${venue.restUrl}/api/v3/time`)).status).toBe(200);
    expect((await delayed).ms).toBeGreaterThanOrEqual(249);
    expect((await delayed).body).toMatchObject({ lastUpdateId: 2 });
    expect((await fetch(url)).status).toBe(200);
  });
});

describe('the admin port', () => {
  const post = (url: string, body?: unknown) =>
    fetch(url, {
      method: 'POST',
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });

  it('takes faults, one or several, and lists those not done', async () => {
    const { venue } = await play([]);
    const url = `${venue.adminUrl}/faults`;
    expect(await (await post(url, { fault: 'drop', frames: 3 })).json()).toEqual({ accepted: 1 });
    expect(
      await (
        await post(url, [
          { fault: 'stall', ms: 1 },
          { fault: 'cut', afterFrames: 9 },
        ])
      ).json(),
    ).toEqual({ accepted: 2 });
    expect(await (await fetch(url)).json()).toEqual([
      { fault: 'drop', frames: 3 },
      { fault: 'cut', afterFrames: 9 },
    ]);
  });

  it.each([
    ['no JSON', '{"fault":', 'no JSON'],
    ['no such fault', { fault: 'explode' }, 'There is no fault "explode"'],
    ['a missing field', { fault: 'drop' }, 'drop needs "frames"'],
    ['an unknown field', { fault: 'cut', frames: 1 }, 'cut has no "frames"'],
    ['a wrong value', { fault: 'stall', ms: -1 }, 'expected a whole number from 0 to 600000'],
    ['a wrong status', { fault: 'rest-status', status: 200 }, 'expected 418, 429, 500 or 503'],
    ['a key of every object', { fault: 'toString' }, 'There is no fault'],
  ])('says what is wrong with %s', async (_, body, message) => {
    const { venue } = await play([]);
    const response = await post(`${venue.adminUrl}/faults`, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'bad_fault', msg: expect.stringContaining(message) });
    expect(await (await fetch(`${venue.adminUrl}/faults`)).json()).toEqual([]);
  });

  it('starts the play and tells its clock', async () => {
    const { venue, client } = await play([]);
    const clock = async () => (await (await fetch(`${venue.adminUrl}/replay/clock`)).json()) as Record<string, unknown>;
    expect(await clock()).toMatchObject({ state: 'paused', speed: 'max', recordStartMs: START_MS });
    expect((await post(`${venue.adminUrl}/replay/start`)).status).toBe(200);
    await client.until(() => client.tradeIds.length === 10);
    expect(await clock()).toMatchObject({
      state: 'ended',
      recordEndUs: (START_MS + 90) * 1000,
      startedAtWallUs: expect.any(Number),
    });
    expect((await post(`${venue.adminUrl}/replay/start`)).status).toBe(200);
    expect((await fetch(`${venue.adminUrl}/nothing`)).status).toBe(404);
  });

  it('refuses a body past its bound', async () => {
    const { venue } = await play([]);
    expect((await post(`${venue.adminUrl}/faults`, 'x'.repeat(70_000))).status).toBe(413);
  });
});
