import { describe, expect, it } from 'vitest';
import { diff, rawText, START_MS, snapshot, temporaryFile, trade } from '../small-recording.ts';
import { startVenue, VenueClient } from '../venue-client.ts';

const lines = [trade(0, 1), diff(5, 11, 12, [['59999.00000000', '1.00000000']]), trade(10, 2), trade(600, 3)];

async function small(moreLines = lines) {
  return [await temporaryFile('small.jsonl', rawText(moreLines))];
}

describe('what a client subscribed to', () => {
  it('comes as it was recorded, wrapped on /stream and bare on /ws', async () => {
    const venue = await startVenue({ recordings: await small(), speed: 'max', paused: true });
    const combined = await VenueClient.connect(`${venue.wsUrl}/stream?streams=btcusdt@trade/btcusdt@depth@100ms`);
    const bare = await VenueClient.connect(`${venue.wsUrl}/ws/btcusdt@trade`);
    venue.start();
    expect(await venue.done).toBe('ended');
    await combined.until(() => combined.frames.length === 4);
    await bare.until(() => bare.frames.length === 3);
    expect(combined.frames).toEqual(lines.map((line) => JSON.stringify(line.frame)));
    const payloads = lines
      .map((line) => line.frame as { stream: string; data: unknown })
      .filter((frame) => frame.stream.endsWith('@trade'));
    expect(bare.frames).toEqual(payloads.map((frame) => JSON.stringify(frame.data)));
  });

  it('can be changed by requests, and listed', async () => {
    const venue = await startVenue({ recordings: await small(), speed: 'max', paused: true });
    const client = await VenueClient.connect(`${venue.wsUrl}/ws`);
    expect(await client.request({ method: 'SUBSCRIBE', params: ['btcusdt@trade', 'nosuch@trade'], id: 1 })).toEqual({
      result: null,
      id: 1,
    });
    expect(await client.request({ method: 'UNSUBSCRIBE', params: ['btcusdt@trade'], id: 2 })).toEqual({
      result: null,
      id: 2,
    });
    expect(await client.request({ method: 'SUBSCRIBE', params: ['btcusdt@depth@100ms'], id: 3 })).toEqual({
      result: null,
      id: 3,
    });
    expect(await client.request({ method: 'LIST_SUBSCRIPTIONS', id: 4 })).toEqual({
      result: ['nosuch@trade', 'btcusdt@depth@100ms'],
      id: 4,
    });
    expect(await client.request({ method: 'SET_PROPERTY', params: ['combined', true], id: 5 })).toEqual({
      result: null,
      id: 5,
    });
    venue.start();
    await client.until(() => client.frames.length === 6);
    expect(client.frames[5]).toBe(JSON.stringify(lines[1]!.frame));
    expect(client.tradeIds).toEqual([]);
  });

  it('is nothing that went by before it joined, and the end leaves it connected', async () => {
    const venue = await startVenue({ recordings: await small(), speed: 'max', paused: true });
    const first = await VenueClient.connect(`${venue.wsUrl}/stream?streams=btcusdt@trade`);
    venue.start();
    await venue.done;
    const late = await VenueClient.connect(`${venue.wsUrl}/stream?streams=btcusdt@trade`);
    await late.until(() => late.pings.length >= 2);
    expect(late.frames).toEqual([]);
    expect(late.pings[0]).toBeGreaterThanOrEqual(START_MS + 600);
    expect(first.tradeIds).toEqual([1, 2, 3]);
    expect([first.socket.readyState, late.socket.readyState]).toEqual([first.socket.OPEN, late.socket.OPEN]);
  });
});

describe("the recording's clock", () => {
  it('comes every 250 ms of recorded time, in order with the frames, and runs on after the last', async () => {
    const venue = await startVenue({ recordings: await small(), speed: 'max', paused: true });
    const client = await VenueClient.connect(`${venue.wsUrl}/stream?streams=btcusdt@trade`);
    venue.start();
    await client.until(() => client.pings.length >= 6);
    const order = client.events.map((event) => {
      if (event.kind === 'ping') return `clock ${Number(event.payload) - START_MS}`;
      return event.kind === 'frame' ? `trade ${/"t":(\d+)/.exec(event.text)?.[1]}` : event.kind;
    });
    // The first one is what a client learns as it joins a play that is paused.
    expect(order.slice(0, 8)).toEqual([
      'clock 0',
      'clock 0',
      'trade 1',
      'trade 2',
      'clock 250',
      'clock 500',
      'trade 3',
      'clock 750',
    ]);
    expect(order[8]).toBe('clock 1000');
  });

  it('never runs back, and no frame is older than a clock before it', async () => {
    const many = Array.from({ length: 400 }, (_, id) => trade(id * 7, id));
    const venue = await startVenue({ recordings: await small(many), speed: 40, paused: true });
    const client = await VenueClient.connect(`${venue.wsUrl}/stream?streams=btcusdt@trade`);
    venue.start();
    await venue.done;
    await client.until(() => client.tradeIds.length === 400);
    let clock = 0;
    for (const event of client.events) {
      if (event.kind === 'ping') {
        expect(Number(event.payload)).toBeGreaterThanOrEqual(clock);
        clock = Number(event.payload);
      } else if (event.kind === 'frame') {
        const time = Number(/"E":(\d+)/.exec(event.text)?.[1]);
        expect(time).toBeGreaterThanOrEqual(clock);
        expect(time).toBeLessThan(clock + 250);
      }
    }
  });
});

describe('limits of a connection', () => {
  it('the sixth message in a second ends it; answers to our pings do not count', async () => {
    const many = Array.from({ length: 100 }, (_, id) => trade(id * 250, id));
    const venue = await startVenue({ recordings: await small(many), speed: 'max', paused: true });
    const client = await VenueClient.connect(`${venue.wsUrl}/stream?streams=btcusdt@trade`);
    venue.start();
    await client.until(() => client.tradeIds.length === 100 && client.pings.length >= 100);
    expect(await client.request({ method: 'LIST_SUBSCRIPTIONS', id: 1 })).toMatchObject({ id: 1 });
    for (let id = 2; id <= 4; id++) client.socket.send(`{"method":"LIST_SUBSCRIPTIONS","id":${id}}`);
    client.socket.ping();
    client.socket.pong('unasked');
    expect(await client.closed()).toMatchObject({ code: 1008, reason: 'too many requests' });
  });

  it('more than 1,024 streams end it', async () => {
    const venue = await startVenue({ recordings: await small(), paused: true });
    const names = Array.from({ length: 1025 }, (_, n) => `s${n}@trade`);
    const byUrl = await VenueClient.connect(`${venue.wsUrl}/stream?streams=${names.slice(0, 1025).join('/')}`);
    expect(await byUrl.closed()).toMatchObject({ code: 1008, reason: 'too many streams' });
    const byRequest = await VenueClient.connect(`${venue.wsUrl}/ws`);
    byRequest.socket.send(JSON.stringify({ method: 'SUBSCRIBE', params: names, id: 1 }));
    expect(await byRequest.closed()).toMatchObject({ code: 1008, reason: 'too many streams' });
  });

  it('another path or microseconds are refused in the handshake', async () => {
    const venue = await startVenue({ recordings: await small(), paused: true });
    await expect(VenueClient.connect(`${venue.wsUrl}/other`)).rejects.toThrow('400');
    await expect(VenueClient.connect(`${venue.wsUrl}/ws/btcusdt@trade?timeUnit=MICROSECOND`)).rejects.toThrow('400');
    const malformed = await VenueClient.connect(`${venue.wsUrl}/ws/%zz`);
    expect(await malformed.request({ method: 'LIST_SUBSCRIPTIONS', id: 1 })).toEqual({ result: ['%zz'], id: 1 });
  });
});

describe('at speed max', () => {
  it('the play waits for the slowest client', async () => {
    const big: [string, string][] = Array.from({ length: 400 }, (_, n) => [`${50_000 + n}.00000000`, '1.00000000']);
    const many = Array.from({ length: 3_000 }, (_, id) => diff(id, id + 1, id + 1, big));
    const venue = await startVenue({ recordings: await small(many), speed: 'max', paused: true });
    const url = `${venue.wsUrl}/stream?streams=btcusdt@depth@100ms`;
    const fast = await VenueClient.connect(url);
    const slow = await VenueClient.connect(url);
    slow.socket.pause();
    venue.start();
    await fast.until(() => fast.frames.length > 20);
    const before = venue.clock();
    expect(before.state).toBe('playing');
    slow.socket.resume();
    expect(await venue.done).toBe('ended');
    await slow.until(() => slow.frames.length === 3_000);
    await fast.until(() => fast.frames.length === 3_000);
  });

  it('it waits until someone takes part', async () => {
    const venue = await startVenue({ recordings: await small(), speed: 'max' });
    const client = await VenueClient.connect(`${venue.wsUrl}/ws`);
    expect(venue.clock()).toMatchObject({ state: 'playing', positionUs: START_MS * 1000 });
    client.socket.send('{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}');
    expect(await venue.done).toBe('ended');
    await client.until(() => client.tradeIds.length === 3);
  });
});

it('a snapshot among the lines is no frame of a stream', async () => {
  const withSnapshot = [lines[0]!, snapshot(1, 10, [['1', '1']], [['2', '1']]), ...lines.slice(1)];
  const venue = await startVenue({ recordings: await small(withSnapshot), paused: true });
  expect(venue.plan.frameCount).toBe(4);
});
