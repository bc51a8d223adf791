import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { ItickFault, ItickVenue } from '../../src/index.ts';
import { ItickClient, startVenue } from './itick-client.ts';
import { MIDNIGHT_MS, OPEN_MS, quotesZip, tradesZip } from './lean-files.ts';

const TRADES = 5;
/** Sizes of the trades: what tells them apart. */
const ALL = [100, 101, 102, 103, 104];

async function start(faults: ItickFault[], quotes = false): Promise<ItickVenue> {
  const recordings = [await tradesZip(TRADES), ...(quotes ? [await quotesZip(TRADES)] : [])];
  return startVenue({ recordings, paused: true, speed: 'max', faults });
}

/** A client of a whole play. */
async function played(faults: ItickFault[], quotes = false): Promise<ItickClient> {
  const venue = await start(faults, quotes);
  const client = await ItickClient.ready(venue, 'IBM$US');
  venue.start();
  await venue.done;
  // What was sent before the end is there when an answer to a later request is.
  if (client.ended === undefined) {
    client.send({ ac: 'ping', params: 'end' });
    await client.until(() => client.ended !== undefined || client.texts.some((text) => text.includes('"end"')));
  }
  return client;
}

const sizes = (client: ItickClient): number[] => client.market('tick').map(({ v }) => Number(v));
const tickTexts = (client: ItickClient): string[] => client.texts.filter((text) => text.includes('"type":"tick"'));

describe('faults in frames', () => {
  test.each([
    ['drop', [100, 103, 104]],
    ['duplicate', [100, 101, 101, 102, 102, 103, 104]],
    ['reorder', [100, 102, 101, 103, 104]],
    ['fragment', ALL],
    ['truncate', [100, 103, 104]],
  ] as const)('%s changes the frames that were named', async (fault, expected) => {
    const client = await played([{ fault, frames: 2, afterFrames: 1, stream: '@tick' }]);
    expect(sizes(client)).toEqual(expected);
    expect(client.ended).toBeUndefined();
  });

  test('fragment sends a frame in two pieces, which are one to the client', async () => {
    const venue = await start([{ fault: 'fragment', frames: TRADES }]);
    const client = await ItickClient.ready(venue, 'IBM$US');
    let opcodes = 0;
    // Below the WebSocket: frames of text that are not final.
    const { _socket: socket } = client.socket as unknown as { _socket: NodeJS.ReadableStream };
    socket.on('data', (bytes: Buffer) => {
      for (let at = 0; at < bytes.length; at += 2 + (bytes[at + 1]! & 0x7f)) if (bytes[at] === 0x01) opcodes++;
    });
    venue.start();
    await client.until(() => client.texts.length === 3 + TRADES);
    expect(opcodes).toBe(TRADES);
  });

  test('half-frame ends the connection inside a frame', async () => {
    const venue = await start([{ fault: 'half-frame', afterFrames: 2 }]);
    const client = await ItickClient.ready(venue, 'IBM$US');
    venue.start();
    expect((await client.closed()).code).toBe(1006);
    expect(sizes(client)).toEqual([100, 101]);
  });

  test.each([
    ['lower', '"s":"ibm","r":"US"'],
    ['dollar', '"s":"IBM$US","r":"US"'],
    ['dot', '"s":"IBM.US","r":"US"'],
    ['underscore', '"s":"I_BM","r":"US"'],
    ['no-region', '"s":"IBM",'],
  ] as const)('spelling %s', async (as, text) => {
    const client = await played([{ fault: 'spelling', frames: 1, as }]);
    expect(tickTexts(client)[0]).toContain(text);
    expect(tickTexts(client)[1]).toContain('"s":"IBM","r":"US"');
    expect(sizes(client)).toEqual(ALL);
  });

  test('string-numbers, zero-time and session change a field', async () => {
    const client = await played([
      { fault: 'string-numbers', frames: 1 },
      { fault: 'zero-time', frames: 1, afterFrames: 1 },
      { fault: 'session', frames: 1, afterFrames: 2, te: 2 },
    ]);
    const t = MIDNIGHT_MS + OPEN_MS;
    expect(client.market('tick').slice(0, 4)).toEqual([
      { s: 'IBM', r: 'US', ld: '186.66', v: '100', t: String(t), type: 'tick' },
      { s: 'IBM', r: 'US', ld: 186.67, v: 101, t: 0, type: 'tick' },
      { s: 'IBM', r: 'US', ld: 186.68, v: 102, t: t + 2000, te: 2, type: 'tick' },
      { s: 'IBM', r: 'US', ld: 186.69, v: 103, t: t + 3000, type: 'tick' },
    ]);
  });

  test('unsorted-depth has five levels in disorder, the best of them the recording’s', async () => {
    const client = await played([{ fault: 'unsorted-depth', frames: 1, stream: '@depth' }], true);
    const [depth, next] = client.market('depth');
    const ask = depth.a.map(({ po, p }: { po: number; p: number }) => [po, p]);
    const bid = depth.b.map(({ po, p }: { po: number; p: number }) => [po, p]);
    expect(ask).toEqual([
      [2, 186.68],
      [4, 186.7],
      [1, 186.67],
      [3, 186.69],
      [5, 186.71],
    ]);
    expect(bid).toEqual([
      [2, 186.64],
      [4, 186.62],
      [1, 186.65],
      [3, 186.63],
      [5, 186.61],
    ]);
    expect(next.a).toHaveLength(1);
  });

  test('garbage, unknown types and k-lines come between the frames', async () => {
    const bar = { t: 60_000, o: 1, h: 3, l: 0.5, c: 2, v: 10, tu: 20 };
    const client = await played([
      { fault: 'garbage', afterFrames: 1 },
      { fault: 'garbage', afterFrames: 1, text: '{"code":1,"data":{"s":"IBM","type":"quote"}}' },
      { fault: 'unknown-type', afterFrames: 2 },
      { fault: 'kline', afterFrames: 3, shape: 'nested', ...bar },
      { fault: 'kline', afterFrames: 3, shape: 'flat', period: 8, instrument: 'BAC$US', ...bar },
      { fault: 'kline', afterFrames: 3, shape: 'bare', ...bar },
    ]);
    const others = client.texts.slice(3, -1).filter((text) => !text.includes('"type":"tick"'));
    expect(others).toEqual([
      '{"code":1,"data":{"s":"IBM","r":"US","ld":186.',
      '{"code":1,"data":{"s":"IBM","type":"quote"}}',
      expect.stringContaining('"type":"news"'),
      '{"code":0,"msg":null,"data":{"s":"IBM.US","t":1,"k":{"tu":20,"c":2,"t":60000,"v":10,"h":3,"l":0.5,"o":1}}}',
      '{"code":1,"data":{"tu":20,"c":2,"t":60000,"v":10,"h":3,"l":0.5,"o":1,"type":"kline@8","s":"BAC","r":"US"}}',
      '{"tu":20,"c":2,"t":60000,"v":10,"h":3,"l":0.5,"o":1,"s":"ibm","type":"kline@1"}',
    ]);
    expect(sizes(client)).toEqual(ALL);
  });
});

describe('faults on connections', () => {
  test.each([
    ['cut', { fault: 'cut', afterFrames: 2 }, 1006],
    ['slow-consumer-cut', { fault: 'slow-consumer-cut', afterFrames: 2 }, 1006],
    ['close', { fault: 'close', afterFrames: 2, code: 1012, reason: 'restart' }, 1012],
    ['unsubscribe-close', { fault: 'unsubscribe-close', afterFrames: 2 }, 1000],
  ] as const)('%s ends them', async (_, fault, code) => {
    const venue = await start([fault]);
    const client = await ItickClient.ready(venue, 'IBM$US');
    venue.start();
    expect((await client.closed()).code).toBe(code);
    expect(sizes(client).slice(0, 2)).toEqual([100, 101]);
    if (fault.fault === 'unsubscribe-close') expect(client.frames().at(-1)?.msg).toBe('no action');
  });

  test('stall sends nothing, no reply and no pong of either kind, then all that was due', async () => {
    const venue = await start([{ fault: 'stall', ms: 300, afterFrames: 2 }]);
    const client = await ItickClient.ready(venue, 'IBM$US');
    const startedAt = performance.now();
    venue.start();
    await client.until(() => sizes(client).length === 2);
    const eventsBefore = client.events.length;
    client.send({ ac: 'ping', params: '1' });
    client.socket.ping('ws');
    await client.until(() => client.events.length > eventsBefore || client.pongs.length > 0);
    expect(performance.now() - startedAt).toBeGreaterThan(299);
    await client.until(() => client.texts.length === 3 + TRADES + 1 && client.pongs.length === 1);
    expect(sizes(client)).toEqual(ALL);
  });

  test('no-pongs leaves JSON pings without an answer for a while; wrong-pong answers another number', async () => {
    const venue = await start([]);
    const client = await ItickClient.ready(venue);
    const from = performance.now();
    venue.inject({ fault: 'no-pongs', ms: 200 });
    venue.inject({ fault: 'wrong-pong' });
    const pongs = () => client.frames().flatMap(({ resAc, data }) => (resAc === 'pong' ? [data.params as string] : []));
    for (let n = 1; pongs().length < 2; n++) {
      client.send({ ac: 'ping', params: String(n) });
      client.socket.ping(String(n));
      await client.until(() => client.pongs.includes(String(n)));
    }
    expect(performance.now() - from).toBeGreaterThan(199);
    expect(pongs()[0]).toBe('0');
    expect(Number(pongs()[1])).toBeGreaterThan(1);
  });
});

describe('faults in answers', () => {
  test('auth-delay, auth-echo, auth-fail and auth-silence, each for the next connection', async () => {
    const venue = await start([{ fault: 'auth-echo' }]);
    const echoed = await ItickClient.ready(venue);
    expect(echoed.frames()[1]?.data).toEqual({ params: 'key' });
    venue.inject({ fault: 'auth-fail' });
    const failed = await ItickClient.connect(venue);
    await failed.closed();
    expect(failed.frames()[1]?.msg).toBe('auth failed');
    venue.inject({ fault: 'auth-delay', ms: 100 });
    const from = performance.now();
    await ItickClient.ready(venue);
    expect(performance.now() - from).toBeGreaterThan(90);
    venue.inject({ fault: 'auth-silence' });
    const silent = await ItickClient.connect(venue);
    silent.send({ ac: 'subscribe', params: 'IBM$US', types: 'tick' });
    await silent.until(() => silent.texts.length === 2);
    expect(silent.frames()[1]?.msg).toBe('cannot be resolved action');
    await ItickClient.ready(venue);
  });

  test('plan-exceeded, not-resolved and subscribe-silence, each for the next subscribe', async () => {
    const venue = await start([{ fault: 'plan-exceeded' }, { fault: 'not-resolved', times: 2 }]);
    const client = await ItickClient.ready(venue);
    const answers = [];
    for (let n = 0; n < 4; n++) answers.push((await client.subscribe('IBM$US')).msg);
    expect(answers).toEqual([
      'cannot be resolved action',
      'cannot be resolved action',
      'exceeding the maximum subscription limit',
      'subscribe Successfully',
    ]);
    venue.inject({ fault: 'subscribe-silence' });
    client.send({ ac: 'subscribe', params: 'BAC$US', types: 'tick' });
    client.send({ ac: 'ping', params: '1' });
    await client.until(() => client.frames().some(({ resAc }) => resAc === 'pong'));
    expect(client.frames().filter(({ resAc }) => resAc === 'subscribe')).toHaveLength(4);
    expect(venue.connections()[0]?.subscriptions.has('BAC$US')).toBe(true);
  });

  test('refuse answers the upgrade with a status', async () => {
    const venue = await start([{ fault: 'refuse', status: 401 }]);
    const socket = new WebSocket(`${venue.wsUrl}/stock`, { headers: { token: 'key' } });
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('401');
    await ItickClient.ready(venue);
  });
});

describe('the admin port', () => {
  const post = (venue: ItickVenue, body: unknown) =>
    fetch(`${venue.adminUrl}/faults`, { method: 'POST', body: JSON.stringify(body) });

  test('takes faults, tells those not done yet, starts the play', async () => {
    const venue = await start([]);
    const client = await ItickClient.ready(venue, 'IBM$US');
    const faults: ItickFault[] = [
      { fault: 'drop', frames: 1 },
      { fault: 'auth-fail', times: 3 },
    ];
    expect(await (await post(venue, faults)).json()).toEqual({ accepted: 2 });
    expect(await (await fetch(`${venue.adminUrl}/faults`)).json()).toEqual(faults);
    await fetch(`${venue.adminUrl}/replay/start`, { method: 'POST' });
    await client.until(() => client.texts.length === 3 + TRADES - 1);
    expect(sizes(client)).toEqual(ALL.slice(1));
    expect(await (await fetch(`${venue.adminUrl}/faults`)).json()).toEqual([{ fault: 'auth-fail', times: 3 }]);
  });

  test.each([
    [{ fault: 'nosuch' }, 'There is no fault "nosuch"'],
    [{ fault: 'spelling', frames: 1, as: 'upper' }, 'expected lower, dollar, dot, underscore or no-region'],
    [{ fault: 'kline', shape: 'round' }, 'expected nested, flat or bare'],
    [{ fault: 'kline', shape: 'flat', o: 'x' }, 'expected a number'],
    [{ fault: 'stall' }, 'stall needs "ms"'],
    [{ fault: 'session', frames: 1, te: 3 }, 'expected a whole number from 0 to 2'],
    [{ fault: 'cut', ms: 1 }, 'cut has no "ms"'],
  ])('%j is refused with what was expected', async (fault, expected) => {
    const venue = await start([]);
    const answer = await post(venue, fault);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { msg: string }).msg).toContain(expected);
  });
});
