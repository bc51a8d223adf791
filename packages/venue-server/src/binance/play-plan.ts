import { VenueError } from '../errors.ts';
import { limits } from '../limits.ts';
import { gapsBetween, type Span } from '../play/play-axis.ts';
import { openRecordings, type Recording } from '../recordings/open-recording.ts';
import {
  buildLibrary,
  isTradeStream,
  type PlayFile,
  type PlayLibrary,
  type SymbolHistory,
  symbolOfStream,
} from './library.ts';
import { type Copy, isShiftable, shiftedFrame } from './shifted-frame.ts';
import { copyName } from './symbol-name.ts';

export interface PlanOptions {
  /** How many copies play beside the recorded symbols, under the names X1…, X2…, taken from the symbols in turn. */
  readonly clones?: number;
  /** Each copy begins at a place of its own within this much of the record's start. Default: a third of the record. */
  readonly cloneSpreadMs?: number;
  /** Chooses the copies' places. */
  readonly seed?: number;
}

export interface PlaySymbol {
  /** Upper case, as it is played. */
  readonly symbol: string;
  readonly history: SymbolHistory;
  /** Whole milliseconds added to recorded times; 0 for what was recorded under this name. */
  readonly shiftMs: number;
  /** Differences of the history that lie before the play's start. */
  readonly diffsBefore: number;
}

/** One frame of the play. */
export interface PlayEntry {
  /** On the play's axis: recorded time, a copy's shifted. */
  readonly timeUs: number;
  /** As subscribed to: `btcusdt@trade`. */
  readonly stream: string;
  readonly symbol: PlaySymbol;
  /** Counts in the symbol's book. */
  readonly isDiff: boolean;
  /** Counts among the symbol's trades. */
  readonly isTrade: boolean;
  /** The combined form: `{"stream":…,"data":…}`. A view of the recording, or made anew for a copy. */
  combined(): Buffer | string;
}

/** What will be played, in which order, at which recorded times. The same options give the same plan. */
export interface PlayPlan {
  readonly startUs: number;
  readonly endUs: number;
  readonly skips: readonly Span[];
  readonly frameCount: number;
  readonly symbols: readonly PlaySymbol[];
  readonly streams: readonly string[];
  /** All frames by time; equal times by file, then symbol. Each call begins anew. */
  entries(): Generator<PlayEntry>;
}

/** Opens the recordings that are paths and lays out their play. Rejects with `RecordingError` or `VenueError`. */
export async function planPlay(
  recordings: readonly (string | Recording)[],
  options: PlanOptions = {},
): Promise<PlayPlan> {
  return planOf(buildLibrary(await openRecordings(recordings)), options);
}

export function planOf(library: PlayLibrary, options: PlanOptions): PlayPlan {
  const startUs = Math.min(...library.files.map((file) => file.fromUs));
  const endUs = Math.max(...library.files.map((file) => file.toUs));
  const symbols = playSymbols(library, startUs, endUs, options);
  const sources = library.files.flatMap((file) => symbols.flatMap((symbol) => sourcesOf(file, symbol, startUs)));
  return {
    startUs,
    endUs,
    skips: symbols.some((symbol) => symbol.shiftMs !== 0) ? [] : gapsBetween(library.files),
    frameCount: sources.reduce((sum, source) => sum + source.indices.length, 0),
    symbols,
    streams: [...new Set(sources.flatMap((source) => source.streams.filter((stream) => stream !== undefined)))],
    entries: () => merge(sources),
  };
}

function playSymbols(library: PlayLibrary, startUs: number, endUs: number, options: PlanOptions): PlaySymbol[] {
  const clones = wholeNumber('clones', options.clones ?? 0, limits.clonesMax);
  const spreadMs = wholeNumber(
    'cloneSpreadMs',
    options.cloneSpreadMs ?? Math.floor((endUs - startUs) / 3000),
    Number.MAX_SAFE_INTEGER,
  );
  const random = mulberry32(wholeNumber('seed', options.seed ?? 1, 0xffffffff));
  const recorded = [...library.histories.values()].filter((history) =>
    library.files.some((file) => streamsOf(file, history.symbol).length > 0),
  );
  const symbols: PlaySymbol[] = recorded.map((history) => ({
    symbol: history.symbol,
    history,
    shiftMs: 0,
    diffsBefore: 0,
  }));
  for (let k = 1; k <= clones; k++) {
    const history = recorded[(k - 1) % recorded.length]!;
    // Earlier, not later: every copy then has something to play from the start, its book brought forward by what lies before.
    const shiftMs = -(1 + Math.floor(random() * spreadMs));
    const diffsBefore = history.diffs.findIndex((diff) => diff.timeUs + shiftMs * 1000 >= startUs);
    symbols.push({
      symbol: copyName(history.symbol, k),
      history,
      shiftMs,
      diffsBefore: diffsBefore < 0 ? history.diffs.length : diffsBefore,
    });
  }
  return symbols;
}

/** Frames of one symbol in one file, as they are played. */
interface Source {
  readonly file: PlayFile;
  readonly symbol: PlaySymbol;
  readonly shiftUs: number;
  /** Frames of the file that are this source's, from the play's start on. */
  readonly indices: Uint32Array;
  /** By the file's stream number: the name it is played under, undefined where it is not this symbol's. */
  readonly streams: readonly (string | undefined)[];
  readonly isDiff: readonly boolean[];
  readonly copy: Copy | undefined;
}

function sourcesOf(file: PlayFile, symbol: PlaySymbol, startUs: number): Source[] {
  const { history, shiftMs } = symbol;
  const wanted = new Set(streamsOf(file, history.symbol).filter((stream) => shiftMs === 0 || isShiftable(stream)));
  if (wanted.size === 0) return [];
  const rename = (stream: string) => symbol.symbol.toLowerCase() + stream.slice(stream.indexOf('@'));
  const streams = file.streams.map((stream) => (wanted.has(stream) ? rename(stream) : undefined));
  const shiftUs = shiftMs * 1000;
  const indices: number[] = [];
  for (let index = 0; index < file.streamOf.length; index++) {
    const stream = file.streamOf[index]!;
    if (stream >= 0 && streams[stream] !== undefined && file.timesUs[index]! + shiftUs >= startUs) indices.push(index);
  }
  return [
    {
      file,
      symbol,
      shiftUs,
      indices: Uint32Array.from(indices),
      streams,
      isDiff: file.streams.map((stream) => stream === history.depthStream),
      copy: symbol.symbol === history.symbol ? undefined : { from: history.symbol, to: symbol.symbol, shiftMs },
    },
  ];
}

function streamsOf(file: PlayFile, symbol: string): string[] {
  return file.streams.filter((stream) => symbolOfStream(stream) === symbol);
}

/** A binary heap of the sources by the time of their next frame; equal times by the sources' order. */
function* merge(sources: readonly Source[]): Generator<PlayEntry> {
  const heap: { source: Source; rank: number; at: number; timeUs: number }[] = [];
  const before = (a: number, b: number) =>
    heap[a]!.timeUs < heap[b]!.timeUs || (heap[a]!.timeUs === heap[b]!.timeUs && heap[a]!.rank < heap[b]!.rank);
  const swap = (a: number, b: number) => {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  };
  const sink = (from: number) => {
    for (let at = from; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < heap.length && before(child, least)) least = child;
      if (least === at) return;
      swap(at, least);
      at = least;
    }
  };
  sources.forEach((source, rank) => {
    if (source.indices.length > 0) heap.push({ source, rank, at: 0, timeUs: timeAt(source, 0) });
  });
  for (let at = heap.length >> 1; at >= 0; at--) if (at < heap.length) sink(at);
  while (heap.length > 0) {
    const top = heap[0]!;
    const { source } = top;
    yield entry(source, source.indices[top.at]!, top.timeUs);
    top.at++;
    if (top.at < source.indices.length) {
      top.timeUs = timeAt(source, top.at);
    } else {
      const last = heap.pop()!;
      if (heap.length > 0) heap[0] = last;
    }
    if (heap.length > 0) sink(0);
  }
}

function timeAt(source: Source, at: number): number {
  return source.file.timesUs[source.indices[at]!]! + source.shiftUs;
}

function entry(source: Source, index: number, timeUs: number): PlayEntry {
  const { file, copy, symbol } = source;
  const number = file.streamOf[index]!;
  return {
    timeUs,
    stream: source.streams[number]!,
    symbol,
    isDiff: source.isDiff[number]!,
    isTrade: isTradeStream(file.streams[number]!),
    combined: () => (copy === undefined ? file.frames.bytes(index) : shiftedFrame(file.frames.text(index), copy)),
  };
}

function wholeNumber(name: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new VenueError('bad_option', `${name} is ${value}; expected a whole number from 0 to ${max}.`);
}

/** Tommy Ettinger's mulberry32: small, seeded, good enough to spread copies. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
