import { BinanceFrameReader, ItickNormaliser, ItickSymbols, parseItickSymbols, routesOf } from '@tapecast/ingest';
import type { Tick } from '@tapecast/market';
import { BTCUSDT_PAIR, NO_RECORDED_DATA, recorded } from '@tapecast/testkit';
import { itickFrameText, openRecording, planItickPlay } from '@tapecast/venue-server';
import { encodeTick } from '@tapecast/wire';
import type { BenchResult } from './bench.ts';

const ROUNDS = 11;
/** The compiler has seen all kinds by then. */
const WARM_UP_ROUNDS = 4;
/** Of each kind, the first ones of the recording. */
const FRAMES_MAX = 100_000;

const LEAN = ['ibm', 'bac'].flatMap((symbol) =>
  ['trade', 'quote'].map((kind) => recorded(`us_equities/lean/equity_usa_tick_${symbol}_20131007_${kind}.zip`)),
);

type UnnumberedTick = Omit<Tick, 'source' | 'sourceSeq' | 'receivedAtUs'>;
/** One frame as it came off the socket; undefined: it was refused, which no recorded frame may be. */
type Normalise = (frame: Buffer) => UnnumberedTick | undefined;

interface Kind {
  venue: string;
  messages: string;
  frames: Buffer[];
  normalise: Normalise;
}

/** The recorded frames of the BTCUSDT pair, as `feed.ts` takes them to ticks. */
async function binanceKinds(): Promise<Kind[]> {
  const byKind = new Map<string, Buffer[]>();
  for (const path of BTCUSDT_PAIR) {
    const recording = await openRecording(path);
    if (recording.format !== 'raw-lines') throw new Error(`${path} has no frames`);
    for (let i = 0; i < recording.frames.length; i++) {
      const frame = recording.frames.bytes(i);
      const kind = /^\{"stream":"btcusdt@(trade|bookTicker|depth@100ms)"/.exec(frame.toString('latin1', 0, 60))?.[1];
      // The one without a stream is the REST snapshot.
      if (kind !== undefined) keep(byKind, kind, frame);
    }
  }
  const reader = new BinanceFrameReader(
    routesOf([{ symbol: 'BTCUSDT', instrument: 'BTCUSDT$BA', name: 'BTC / USDT', priceDecimals: 2, sizeDecimals: 5 }]),
  );
  const normalise: Normalise = (frame) => {
    const event = reader.read(frame);
    return 'tick' in event ? event.tick : undefined;
  };
  return [...byKind].map(([messages, frames]) => ({ venue: 'binance', messages, frames, normalise }));
}

/** Lean's trades and best prices of IBM and BAC in iTick's words, as the venue server writes them. */
async function itickKinds(): Promise<Kind[]> {
  const byKind = new Map<string, Buffer[]>();
  for (const entry of (await planItickPlay(LEAN)).entries()) {
    keep(byKind, entry.type, Buffer.from(itickFrameText(entry, {})));
  }
  const symbols = new ItickSymbols(parseItickSymbols(['IBM$US', 'BAC$US']).symbols);
  const normaliser = new ItickNormaliser(() => symbols);
  const normalise: Normalise = (frame) => {
    const event = normaliser.normalise(frame);
    return 'tick' in event ? event.tick : undefined;
  };
  const names: Record<string, string> = { tick: 'tick (trade)', depth: 'depth, 1 level (quote)' };
  return [...byKind].map(([kind, frames]) => ({ venue: 'itick', messages: names[kind] ?? kind, frames, normalise }));
}

function keep(byKind: Map<string, Buffer[]>, kind: string, frame: Buffer): void {
  const frames = byKind.get(kind) ?? [];
  byKind.set(kind, frames);
  // A copy: each frame of a socket has memory of its own, too.
  if (frames.length < FRAMES_MAX) frames.push(Buffer.from(frame));
}

/** From a frame's bytes to the record of `md.ticks`, with what `TickSource` adds. Returns bytes, so that nothing is left out. */
function toTicks({ frames, normalise }: Kind): number {
  let bytes = 0;
  for (let i = 0; i < frames.length; i++) {
    const tick = normalise(frames[i] as Buffer);
    if (tick === undefined) throw new Error(`a recorded frame was refused: ${frames[i]}`);
    bytes += encodeTick({
      instrument: tick.instrument,
      source: 'bench/00000000',
      sourceSeq: i + 1,
      exchangeTimeUs: tick.exchangeTimeUs,
      receivedAtUs: 1_723_161_254_000_000 + i,
      priceDecimals: tick.priceDecimals,
      sizeDecimals: tick.sizeDecimals,
      body: tick.body,
    }).length;
  }
  return bytes;
}

/** `JSON.parse` of the same bytes, which have to become a text first. */
function parseBytes({ frames }: Kind): number {
  let objects = 0;
  for (const frame of frames) if (typeof JSON.parse(frame.toString('utf8')) === 'object') objects++;
  return objects;
}

/** `JSON.parse` of texts that are there already: no program that reads a socket can do this. */
function parseTexts(texts: readonly string[]): number {
  let objects = 0;
  for (const text of texts) if (typeof JSON.parse(text) === 'object') objects++;
  return objects;
}

function cpuSeconds(work: () => number): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

const round = (value: number, digits = 0): number => Number(value.toFixed(digits));

/**
 * Messages a core from a frame's bytes to the encoded tick, beside `JSON.parse` over the same frames in the same rounds, one
 * after the other: what else the machine does falls on both.
 */
export async function run(): Promise<BenchResult> {
  if (NO_RECORDED_DATA !== undefined) throw new Error(NO_RECORDED_DATA);
  const kinds = [...(await binanceKinds()), ...(await itickKinds())].map((kind) => ({
    ...kind,
    texts: kind.frames.map((frame) => frame.toString('utf8')),
    times: { ticks: [] as number[], parse: [] as number[], parseText: [] as number[] },
  }));
  for (let i = 0; i < ROUNDS; i++) {
    for (const kind of kinds) {
      const ticks = cpuSeconds(() => toTicks(kind));
      const parse = cpuSeconds(() => parseBytes(kind));
      const parseText = cpuSeconds(() => parseTexts(kind.texts));
      if (i < WARM_UP_ROUNDS) continue;
      kind.times.ticks.push(ticks);
      kind.times.parse.push(parse);
      kind.times.parseText.push(parseText);
    }
  }
  const rows = kinds.map(({ venue, messages, frames, times }) => {
    const rate = (seconds: readonly number[]): number => frames.length / median(seconds);
    return {
      venue,
      messages,
      frames: frames.length,
      bytesAFrame: round(frames.reduce((sum, frame) => sum + frame.length, 0) / frames.length),
      ticksPerCpuSecond: round(rate(times.ticks)),
      jsonParsePerCpuSecond: round(rate(times.parse)),
      ratio: round(rate(times.ticks) / rate(times.parse), 2),
      // Round by round, so that both of a pair ran in the same moment.
      ratioWorst: round(Math.min(...times.ticks.map((ticks, at) => (times.parse[at] as number) / ticks)), 2),
      ratioToParseOfText: round(rate(times.ticks) / rate(times.parseText), 2),
    };
  });
  return {
    name: 'normalise',
    conditions: {
      rounds: ROUNDS - WARM_UP_ROUNDS,
      framesOfEachKind: FRAMES_MAX,
      threads: 'process CPU time, collector and compiler included',
      recordings: [...BTCUSDT_PAIR, ...LEAN].map((path) => path.slice(path.lastIndexOf('/') + 1)),
    },
    rows,
  };
}
