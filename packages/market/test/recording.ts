import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { COUNTS_ALL, type Levels, parseDecimal, scaleTo, type Tick, type TickBody } from '../src/index.ts';

const DATA = process.env.TAPECAST_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const FILES = ['20240808', '20240809'].map((day) => `${DATA}/binance/hftbacktest/spot_btcusdt_${day}.raw.jsonl.gz`);

/** Why the recording can't be read; undefined when it is there. */
export const recordingAbsent = FILES.every((file) => existsSync(file)) ? undefined : `no recordings at ${DATA}`;

const PRICE_DECIMALS = 2;
/** The venue declares 5, its diffs have levels of 6 (25.42618900): all 8 that it writes. */
const SIZE_DECIMALS = 8;

function units(text: string, decimals: number): number {
  const read = parseDecimal(text, decimals);
  const scaled = 'error' in read ? undefined : scaleTo(read.units, read.decimals, decimals);
  if (scaled === undefined) throw new Error(`the recording has a number of more than ${decimals} decimals: ${text}`);
  return scaled;
}

function levelsOf(pairs: [string, string][]): Levels {
  return pairs.flatMap(([price, size]) => [units(price, PRICE_DECIMALS), units(size, SIZE_DECIMALS)]);
}

interface Frame {
  lastUpdateId?: number;
  bids?: [string, string][];
  asks?: [string, string][];
  data?: Record<string, never> & { e?: string; u: number; U: number; t: number; E: number; T: number; m: boolean };
}

export interface Recorded {
  tick: Tick;
  /** The recording's receive time: what its source's clock shows. */
  clockMs: number;
}

/** The BTCUSDT pair of 2024-08-08/09 as ticks, the book by the official procedure; the clock moves once a second. */
export function readRecording(): Recorded[] {
  const recorded: Recorded[] = [];
  const held: Frame[] = [];
  let bookId: number | undefined;
  let clockMs = 0;
  let sourceSeq = 0;
  const push = (body: TickBody, timeMs: number | undefined) => {
    const exchangeTimeUs = timeMs === undefined ? undefined : timeMs * 1000;
    sourceSeq++;
    recorded.push({
      clockMs,
      tick: {
        instrument: 'BTCUSDT$BA',
        source: 'binance/recording',
        sourceSeq,
        exchangeTimeUs,
        receivedAtUs: clockMs * 1000,
        priceDecimals: PRICE_DECIMALS,
        sizeDecimals: SIZE_DECIMALS,
        body,
      },
    });
  };
  const pushDelta = (frame: Frame) => {
    const data = frame.data as unknown as { u: number; E: number; b: [string, string][]; a: [string, string][] };
    if (bookId === undefined || data.u <= bookId) return;
    bookId = data.u;
    push({ kind: 'bookDelta', bids: levelsOf(data.b), asks: levelsOf(data.a), venueSeq: data.u }, data.E);
  };
  for (const file of FILES) {
    for (const line of gunzipSync(readFileSync(file)).toString().split('\n')) {
      if (line === '') continue;
      const space = line.indexOf(' ');
      clockMs = Math.floor(Number(line.slice(0, space)) / 1e9) * 1000;
      const frame = JSON.parse(line.slice(space + 1)) as Frame;
      const data = frame.data as unknown as Record<string, string> | undefined;
      if (data === undefined) {
        bookId = frame.lastUpdateId!;
        push(
          { kind: 'bookSnapshot', bids: levelsOf(frame.bids!), asks: levelsOf(frame.asks!), venueSeq: bookId },
          undefined,
        );
        held.forEach(pushDelta);
      } else if (data.e === 'trade') {
        const [price, size] = [units(data.p!, PRICE_DECIMALS), units(data.q!, SIZE_DECIMALS)];
        const side = data.m ? 'sell' : 'buy';
        push(
          { kind: 'trade', id: String(data.t), price, size, side, conditions: [], counts: COUNTS_ALL },
          Number(data.T),
        );
      } else if (data.e === 'depthUpdate') {
        if (bookId === undefined) held.push(frame);
        else pushDelta(frame);
      } else {
        const top = { bid: units(data.b!, PRICE_DECIMALS), bidSize: units(data.B!, SIZE_DECIMALS) };
        const ask = { ask: units(data.a!, PRICE_DECIMALS), askSize: units(data.A!, SIZE_DECIMALS) };
        const unsaid = { last: undefined, open: undefined, high: undefined, low: undefined, prevClose: undefined };
        const sums = { volume: undefined, turnover: undefined, venueSeq: Number(data.u) };
        push({ kind: 'quote', ...top, ...ask, ...unsaid, ...sums }, undefined);
      }
    }
  }
  return recorded;
}
