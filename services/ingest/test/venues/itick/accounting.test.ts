import { isUtf8 } from 'node:buffer';
import { afterEach, expect, it } from 'vitest';
import { ItickNormaliser } from '../../../src/venues/itick/normalise.ts';
import { ItickSymbols, parseItickSymbols } from '../../../src/venues/itick/symbols.ts';
import { runIngest, sequenceFaults, until } from '../../ingest-harness.ts';
import { mutate, Random } from './mutated-frames.ts';
import { ScriptedVenue, TOKEN, tick } from './scripted-venue.ts';

const INSTRUMENTS = ['AAPL$US', 'IBM$US', '700$HK'];
const FRAMES = 4_000;

const running: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of running.splice(0).reverse()) await end();
});

it(`of ${FRAMES} damaged frames each is told or counted with its reason, and the connection stays`, async () => {
  const seed = Date.now() % 1_000_000_007;
  const random = new Random(seed);
  const symbols = new ItickSymbols(parseItickSymbols(INSTRUMENTS).symbols);
  const normaliser = new ItickNormaliser(() => symbols);
  const frames: Buffer[] = [];
  const expected = { trade: 0, quote: 0, bar: 0, bad: new Map<string, number>() };
  while (frames.length < FRAMES) {
    const frame = mutate(random);
    const event = normaliser.normalise(frame);
    // Answers are not counted, and `auth failed` would be believed. What is no UTF-8 ends a WebSocket by its own rules.
    if (!isUtf8(frame) || event.type === 'reply' || event.type === 'pong' || event.type === 'ignored') continue;
    frames.push(frame);
    if (event.type === 'bad') expected.bad.set(event.reason, (expected.bad.get(event.reason) ?? 0) + 1);
    else if (event.type !== 'depth') expected[event.type]++;
  }

  const venue = await ScriptedVenue.start();
  running.push(() => venue.stop());
  const run = await runIngest({ feed: 'itick', itickWs: venue.url, itickToken: TOKEN, symbols: INSTRUMENTS });
  running.push(() => run.close());
  await until('subscribed', () => run.service.ready().ready);
  const before = await run.metric('tapecast_ingest_frames_total');
  for (const frame of frames) venue.clients[0]!.socket.send(frame, { binary: false });
  venue.data('IBM$US', tick('IBM', 'US', 1.5, 987_654_321, 1));
  const isLast = (size: number): boolean => size === 987_654_321;
  await until('the last', () => run.of('IBM$US').some(({ body }) => body.kind === 'trade' && isLast(body.size)));

  const told = `seed ${seed}`;
  expect((await run.metric('tapecast_ingest_frames_total')) - before, told).toBe(FRAMES + 1);
  for (const [reason, count] of expected.bad) {
    expect(await run.metric('tapecast_ingest_bad_frames_total', { reason }), `${told} ${reason}`).toBe(count);
  }
  const ticks = run.byPartition.flat().filter(({ source }) => source.startsWith('itick/'));
  const kinds = (kind: string): number => ticks.filter(({ body }) => body.kind === kind).length;
  expect(kinds('trade'), told).toBe(expected.trade + 1);
  expect(kinds('quote'), told).toBeGreaterThanOrEqual(expected.quote);
  expect(kinds('bar'), told).toBeGreaterThanOrEqual(expected.bar);
  expect(venue.clients, told).toHaveLength(1);
  expect(sequenceFaults(run.byPartition), told).toEqual([]);
});
