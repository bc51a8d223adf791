import { parseArgs } from 'node:util';
import { constants, zstdCompressSync } from 'node:zlib';
import { DEFAULT_LIMITS } from '@tapecast/gateway';
import type { Channel } from '@tapecast/market';
import { NO_RECORDED_DATA } from '@tapecast/testkit';
import { jsonData } from '@tapecast/wire';
import type { BenchResult } from './bench.ts';
import { deflateBytes, deflateStreamBytes, trainDictionary, zstdBytes } from './bytes/compressions.ts';
import { type Grouping, PLAYED_AT_US, watch } from './bytes/flushes.ts';
import { framesOf, Reader, wholeFrameOf } from './bytes/frames.ts';
import { type Play, playOf } from './bytes/play.ts';
import { binanceUpdates, leanUpdates, type RecordedUpdates } from './bytes/recordings.ts';

/** Of one row; a list shares them. */
const UPDATES_MAX = 20_000;
/** Messages of which the ways that are only compared with are measured. */
const SAMPLED = 2_000;
const LIST = 20;
/** Where a dictionary is tried: in larger frames it gives little, in smaller ones less than its cost. */
const DICTIONARY_AT = '20 a frame';
/** The log's flushes bring what came in so many milliseconds. */
const TURN_MS = 4;

const GROUPINGS: Readonly<Record<string, Grouping>> = {
  'each alone': { kind: 'unbatched' },
  '0 ms': { kind: 'turns', ms: TURN_MS },
  '100 ms': { kind: 'interval', ms: 100 },
  '500 ms': { kind: 'interval', ms: 500 },
  '20 a frame': { kind: 'count', updates: 20 },
  '100 a frame': { kind: 'count', updates: 100 },
};

interface Row extends Record<string, unknown> {
  instrument: string;
  channels: string;
  list: number;
  interval: string;
  updates: number;
  /** In a frame of differences. */
  aFrame: number;
  // From here on bytes of payload an update.
  json: number;
  jsonDeflate: number;
  jsonDeflateStream: number;
  whole: number;
  protobuf: number;
  /** Of `protobuf.zstd`, as the gateway sends it to 32 or more. */
  sent: number;
  /** Of the second half of `protobuf.zstd`, each frame compressed that gets smaller; with a dictionary trained by the first half. */
  zstd: number;
  zstdDictionary: number | undefined;
  /** What `sent` saves of `json`, in per cent. */
  saved: number;
  /** Bytes sent for each level of a book that changed. */
  aLevel: number | undefined;
}

const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

/** As `FrameCompression` of the gateway does it for as many as make it worth while. */
function sentFrame(marked: Uint8Array): Uint8Array {
  if (marked.length < DEFAULT_LIMITS.zstdSharedBytesMin) return marked;
  const content = zstdCompressSync(marked, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  return content.length + 1 < marked.length ? Uint8Array.from([1, ...content]) : marked;
}

async function measure(play: Play, channels: readonly Channel[], interval: string): Promise<Row> {
  const watched = watch(play, channels, GROUPINGS[interval] as Grouping);
  const texts: Uint8Array[] = [];
  const markedFrames: Uint8Array[] = [];
  const updatesOf: number[] = [];
  const reader = new Reader(watched.streams, PLAYED_AT_US / 1000);
  const sum = { updates: 0, levels: 0, json: 0, whole: 0, protobuf: 0, sent: 0 };
  for (const flush of watched.flushes()) {
    for (const frame of framesOf(flush)) {
      sum.protobuf += frame.plain.length;
      const sent = sentFrame(frame.marked);
      sum.sent += sent.length;
      reader.read(sent, flush.publishedAtUs / 1000);
      markedFrames.push(frame.marked);
      updatesOf.push(frame.updates);
    }
    for (const { messages, levels } of flush.said) {
      sum.levels += levels;
      for (const message of messages) {
        const { head, tail } = jsonData(message, 'number');
        const text = Buffer.from(`${head}${++sum.updates}${tail}`);
        sum.json += text.length;
        if (texts.length < SAMPLED) texts.push(text);
      }
    }
    const all = flush.said.flatMap(({ messages }) => messages);
    sum.whole += wholeFrameOf(flush.said, all, flush.publishedAtUs, flush.receivedAtUs).plain.length;
  }
  if (reader.updates !== sum.updates) throw new Error(`${reader.updates} updates were read, not ${sum.updates}`);
  const sampled = texts.length;
  const half = markedFrames.length >> 1;
  const dictionary = interval === DICTIONARY_AT ? trainDictionary(markedFrames.slice(0, half)) : undefined;
  const tested = markedFrames.slice(half, half + SAMPLED);
  const testedUpdates = updatesOf.slice(half, half + SAMPLED).reduce((a, b) => a + b, 0);
  const ofTested = (use?: Buffer): number =>
    round(tested.reduce((bytes, frame) => bytes + zstdBytes(frame, use), 0) / testedUpdates);
  return {
    instrument: play.views[0]?.instrument ?? '',
    channels: channels.join(' '),
    list: play.views.length,
    interval,
    updates: sum.updates,
    aFrame: round(sum.updates / markedFrames.length, 1),
    json: round(sum.json / sum.updates, 1),
    jsonDeflate: round(texts.reduce((bytes, text) => bytes + deflateBytes(text), 0) / sampled, 1),
    jsonDeflateStream: round((await deflateStreamBytes(texts)) / sampled, 1),
    whole: round(sum.whole / sum.updates, 1),
    protobuf: round(sum.protobuf / sum.updates),
    sent: round(sum.sent / sum.updates),
    zstd: ofTested(),
    zstdDictionary: dictionary === undefined ? undefined : ofTested(dictionary),
    saved: round(100 * (1 - sum.sent / sum.json), 1),
    aLevel: sum.levels === 0 || channels.length > 1 ? undefined : round(sum.sent / sum.levels),
  };
}

interface Goal {
  goal: string;
  worst: number | undefined;
  reached: boolean;
}

function goalsOf(rows: readonly Row[]): Goal[] {
  const quotesAndTrades = rows.filter(({ channels }) => channels === 'quote' || channels === 'trade');
  const books = rows.filter(({ channels }) => channels === 'depth@20');
  const atMost = (goal: string, of: readonly Row[], value: (row: Row) => number | undefined, bound: number): Goal => {
    const worst = Math.max(...of.map((row) => value(row) ?? 0));
    return { goal, worst, reached: worst <= bound };
  };
  const atLeast = (goal: string, of: readonly Row[], bound: number): Goal => {
    const worst = Math.min(...of.map(({ saved }) => saved));
    return { goal, worst, reached: worst >= bound };
  };
  const alone = quotesAndTrades.filter(({ interval }) => interval === 'each alone');
  const hundred = quotesAndTrades.filter(({ interval }) => interval === '100 a frame');
  return [
    atLeast('quotes and trades: 90 % below JSON', quotesAndTrades, 90),
    atMost('quotes and trades: 12 bytes an update alone, protobuf.zstd', alone, ({ sent }) => sent, 12),
    atMost('quotes and trades: 12 bytes an update alone, protobuf', alone, ({ protobuf }) => protobuf, 12),
    atMost('quotes and trades: 6 bytes at 100 a frame', hundred, ({ sent }) => sent, 6),
    atLeast('depth@20: 85 % below JSON', books, 85),
    atMost('depth@20: 4 bytes a changed level', books, ({ aLevel }) => aLevel, 4),
  ];
}

/** Bytes that an update costs on the wire, in all ways in which it could be sent, of real recordings through the real folds. */
export async function run(args: string[]): Promise<BenchResult> {
  const { values } = parseArgs({ args, options: { updates: { type: 'string', default: String(UPDATES_MAX) } } });
  if (NO_RECORDED_DATA !== undefined) throw new Error(NO_RECORDED_DATA);
  const updatesMax = Number(values.updates);
  const all: Channel[] = ['quote', 'trade', 'depth@20', 'kline@1m'];
  const watchedOf: [RecordedUpdates, Channel[][]][] = [
    [await binanceUpdates(), [...all.map((channel) => [channel]), all]],
    [await leanUpdates('EURUSD$GB'), [['quote']]],
    [await leanUpdates('IBM$US'), [['quote'], ['trade']]],
    [await leanUpdates('BAC$US'), [['quote'], ['trade']]],
  ];
  const rows: Row[] = [];
  for (const [recording, watched] of watchedOf) {
    for (const channels of watched) {
      for (const list of [1, LIST]) {
        const play = playOf(recording, list, channels, updatesMax);
        for (const interval of Object.keys(GROUPINGS)) rows.push(await measure(play, channels, interval));
      }
    }
  }
  const goals = goalsOf(rows);
  for (const { goal, worst, reached } of goals) {
    process.stdout.write(`${reached ? 'reached' : 'MISSED '}  ${goal}: worst ${worst}\n`);
  }
  return {
    name: 'bytes',
    conditions: {
      updatesMax,
      turnMs: TURN_MS,
      streamNumbers: 'from 1,000 on',
      compressedFromBytes: DEFAULT_LIMITS.zstdSharedBytesMin,
      goals,
    },
    rows,
  };
}
