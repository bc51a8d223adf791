import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '@tapecast/service-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { createRestCircuit } from '../../../src/circuits.ts';
import { IngestError } from '../../../src/errors.ts';
import { LIMITS } from '../../../src/limits.ts';
import { BinanceRest } from '../../../src/venues/binance/rest.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function setUp(answer: (url: string) => { status: number; body: string; headers?: Record<string, string> }) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const { status, body, headers } = answer(request.url ?? '');
    response.writeHead(status, headers).end(body);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let nowMs = 0;
  const outcomes: string[] = [];
  const circuit = createRestCircuit(LIMITS, createLogger('test', 'silent'), () => nowMs);
  const rest = new BinanceRest({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    nowMs: () => nowMs,
    circuit,
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  const depth = () =>
    rest.depth('BTCUSDT', new AbortController().signal).catch((error: unknown) => error as IngestError);
  return { asked, outcomes, rest, circuit, depth, pass: (ms: number) => (nowMs += ms) };
}

describe('REST', () => {
  it('asks for the deepest snapshot', async () => {
    const { asked, depth, outcomes } = await setUp(() => ({ status: 200, body: '{"lastUpdateId":1}' }));
    expect(await depth()).toEqual({ lastUpdateId: 1 });
    expect(asked).toEqual(['/api/v3/depth?symbol=BTCUSDT&limit=5000']);
    expect(outcomes).toEqual(['ok']);
  });

  it('stays within the request weight of a minute', async () => {
    const { asked, depth, pass } = await setUp(() => ({ status: 200, body: '{}' }));
    const answers = await Promise.all(Array.from({ length: 25 }, depth));
    // 80 % of 6,000 at 250 each.
    expect(asked).toHaveLength(19);
    const refused = answers.find((answer) => answer instanceof IngestError);
    expect(refused).toMatchObject({ code: 'rate_limited', retryable: true });
    pass(60_000);
    expect(await depth()).toEqual({});
  });

  it.each([429, 418])('stays away for as long as a %i says', async (status) => {
    const { asked, depth, pass, outcomes } = await setUp(() => ({
      status,
      body: '{"code":-1003,"msg":"Too many requests"}',
      headers: { 'retry-after': '7' },
    }));
    expect(await depth()).toMatchObject({ code: 'rate_limited', retryAfterMs: 7_000 });
    pass(6_000);
    expect(await depth()).toMatchObject({ code: 'rate_limited', retryAfterMs: 1_000 });
    expect(asked).toHaveLength(1);
    expect(outcomes).toEqual(['rate_limited']);
    pass(1_000);
    await depth();
    expect(asked).toHaveLength(2);
  });

  it.each([
    [451, /451: it does not serve the country of this address: run it elsewhere/],
    [403, /403: its firewall refuses this address/],
  ])('a %i is said in words, and nothing is asked for a minute', async (status, words) => {
    const { asked, depth, pass, rest } = await setUp(() => ({
      status,
      body: '{"code":0,"msg":"restricted location"}',
    }));
    expect(await depth()).toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 60_000,
      message: expect.stringMatching(words),
    });
    pass(59_999);
    await expect(rest.exchangeInfo(['BTCUSDT'], new AbortController().signal)).rejects.toThrow(words);
    expect(asked).toHaveLength(1);
    pass(1);
    await depth();
    expect(asked).toHaveLength(2);
  });

  it('names what is wrong: refused, no JSON, nobody there', async () => {
    const refused = await setUp(() => ({ status: 503, body: '{"code":-1001}' }));
    expect(await refused.depth()).toMatchObject({ code: 'venue_refused' });
    const html = await setUp(() => ({ status: 200, body: '<html>' }));
    expect(await html.depth()).toMatchObject({ code: 'bad_reply' });
    const rest = new BinanceRest({ baseUrl: 'http://127.0.0.1:9', nowMs: () => 0, onOutcome: () => undefined });
    await expect(rest.depth('X', new AbortController().signal)).rejects.toMatchObject({
      code: 'venue_unreachable',
      message: expect.stringMatching(
        /^http:..127.0.0.1:9 can't be reached .*check the network, its DNS and --binance-rest$/,
      ),
    });
  });

  it('asks a venue that is not well by one call at a time, and tells the others how long to wait', async () => {
    let status = 503;
    const { asked, circuit, depth, pass } = await setUp(() => ({ status, body: '{}' }));
    const { restFailuresMax, restOpenMs, restOpenMsMax } = LIMITS;
    for (let n = 1; n <= restFailuresMax; n++) {
      expect(circuit.state).toBe('closed');
      expect(await depth()).toMatchObject({ code: 'venue_refused', status: 503 });
    }
    for (const openMs of [restOpenMs, 2 * restOpenMs, 4 * restOpenMs, restOpenMsMax, restOpenMsMax]) {
      const before = asked.length;
      expect(await depth()).toMatchObject({ code: 'venue_unreachable', retryable: true, retryAfterMs: openMs });
      pass(openMs);
      const answers = await Promise.all([depth(), depth(), depth()]);
      expect(answers.map((answer) => (answer as IngestError).code).sort()).toEqual([
        ...['venue_refused', 'venue_unreachable', 'venue_unreachable'],
      ]);
      expect(asked.length).toBe(before + 1);
    }
    status = 200;
    pass(restOpenMsMax);
    expect([await depth(), circuit.state, await depth()]).toEqual([{}, 'closed', {}]);
  });

  it('takes a refusal of what was asked for no illness of the venue', async () => {
    const { circuit, depth } = await setUp(() => ({ status: 400, body: '{}' }));
    for (let n = 0; n < 2 * LIMITS.restFailuresMax; n++) expect(await depth()).toMatchObject({ code: 'venue_refused' });
    expect(circuit.state).toBe('closed');
  });

  it('shows in the same place that the venue told us to stay away', async () => {
    const { circuit, depth } = await setUp(() => ({ status: 429, body: '{}', headers: { 'retry-after': '7' } }));
    await depth();
    expect([circuit.state, circuit.waitMs]).toEqual(['open', 7_000]);
  });
});
