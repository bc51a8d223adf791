import { VenueError } from '../errors.ts';
import type { FrameTable } from '../recordings/frame-table.ts';
import type { FrameRecording, Recording } from '../recordings/open-recording.ts';

/** A depth difference of a symbol, in recorded order. `firstId` and `lastId` are the venue's `U` and `u`. */
export interface DiffRow {
  readonly frames: FrameTable;
  readonly index: number;
  readonly timeUs: number;
  readonly firstId: number;
  readonly lastId: number;
}

/** A trade of a symbol, in recorded order. `id` is the venue's `t`. */
export interface TradeRow {
  readonly frames: FrameTable;
  readonly index: number;
  readonly timeUs: number;
  readonly id: number;
}

export interface DepthSnapshot {
  readonly lastUpdateId: number;
  readonly bids: readonly (readonly [string, string])[];
  readonly asks: readonly (readonly [string, string])[];
}

/** All that the recordings have of one symbol. */
export interface SymbolHistory {
  /** Upper case. */
  readonly symbol: string;
  /** Of the widest value seen, trailing zeros not counted; undefined when there was none. */
  priceDecimals: number | undefined;
  sizeDecimals: number | undefined;
  /** The diff stream that keeps the book, `btcusdt@depth@100ms`; a second one would tell the same changes again. */
  depthStream: string | undefined;
  readonly diffs: DiffRow[];
  readonly trades: TradeRow[];
  readonly snapshots: DepthSnapshot[];
}

/** A file's frames with what playing them needs. */
export interface PlayFile {
  readonly path: string;
  readonly frames: FrameTable;
  /** Recorded times, never falling. */
  readonly timesUs: Float64Array;
  /** Per frame its place in `streams`, -1 for what the venue did not push. */
  readonly streamOf: Int32Array;
  readonly streams: readonly string[];
  /** Of the first and last frame that is played. */
  readonly fromUs: number;
  readonly toUs: number;
}

export interface PlayLibrary {
  /** Files that have something to play, the earliest first. */
  readonly files: readonly PlayFile[];
  readonly histories: ReadonlyMap<string, SymbolHistory>;
}

/** Reads every frame once: what is there to play is known before it plays. */
export function buildLibrary(recordings: readonly Recording[]): PlayLibrary {
  const binance = recordings.map((recording) => {
    if ('venue' in recording && recording.venue === 'binance') return recording;
    throw new VenueError(
      'wrong_venue',
      `${recording.path} can't be played in Binance's protocol: it is ${describe(recording)}.`,
    );
  });
  binance.sort((a, b) => firstTimeUs(a) - firstTimeUs(b));
  const histories = new Map<string, SymbolHistory>();
  const files: PlayFile[] = [];
  const unnamed: { snapshot: DepthSnapshot; file: PlayFile }[] = [];
  for (const recording of binance) {
    const file = scan(recording, histories, unnamed);
    if (file.streamOf.some((stream) => stream >= 0)) files.push(file);
  }
  for (const { snapshot, file } of unnamed) historyOfUnnamed(snapshot, file, histories)?.snapshots.push(snapshot);
  for (const history of histories.values()) history.snapshots.sort((a, b) => a.lastUpdateId - b.lastUpdateId);
  if (files.length === 0) throw new VenueError('nothing_to_play', 'The recordings have no frame of a Binance stream.');
  checkOverlap(files);
  return { files, histories };
}

/** `btcusdt@depth@100ms` gives `BTCUSDT`. */
export function symbolOfStream(stream: string): string {
  return stream.slice(0, Math.max(0, stream.indexOf('@'))).toUpperCase();
}

export const isTradeStream = (stream: string): boolean => stream.endsWith('@trade');

function scan(
  recording: FrameRecording & { readonly path: string },
  histories: Map<string, SymbolHistory>,
  unnamed: { snapshot: DepthSnapshot; file: PlayFile }[],
): PlayFile {
  const { frames, path } = recording;
  const streams: string[] = [];
  const streamNumbers = new Map<string, number>();
  const streamOf = new Int32Array(frames.length).fill(-1);
  const timesUs = new Float64Array(frames.length);
  const snapshots: DepthSnapshot[] = [];
  let fromUs = 0;
  let toUs = 0;
  for (let index = 0; index < frames.length; index++) {
    timesUs[index] = Math.max(index === 0 ? 0 : timesUs[index - 1]!, frames.timeUs(index));
    const direction = frames.direction(index);
    if (direction === 'sent' || direction === 'opened') continue;
    const message = parseObject(frames.text(index));
    if (typeof message.lastUpdateId === 'number') {
      const snapshot = message as unknown as DepthSnapshot;
      const symbol = /[?&]symbol=([A-Z0-9]+)/.exec(frames.url(index))?.[1];
      if (symbol === undefined) snapshots.push(snapshot);
      else historyOf(symbol, histories).snapshots.push(snapshot);
      continue;
    }
    const stream = message.stream;
    if (typeof stream !== 'string' || !isObject(message.data)) continue;
    let number = streamNumbers.get(stream);
    if (number === undefined) {
      number = streams.push(stream) - 1;
      streamNumbers.set(stream, number);
    }
    streamOf[index] = number;
    const timeUs = timesUs[index]!;
    if (fromUs === 0) fromUs = timeUs;
    toUs = timeUs;
    note(message.data, stream, { frames, index, timeUs }, historyOf(symbolOfStream(stream), histories));
  }
  const file: PlayFile = { path, frames, timesUs, streamOf, streams, fromUs, toUs };
  for (const snapshot of snapshots) unnamed.push({ snapshot, file });
  return file;
}

/** Takes the widest values and the book differences of one frame into its symbol's history. */
function note(
  data: Record<string, unknown>,
  stream: string,
  row: Pick<DiffRow, 'frames' | 'index' | 'timeUs'>,
  history: SymbolHistory,
): void {
  switch (data.e) {
    case 'depthUpdate':
      history.depthStream ??= stream;
      if (stream === history.depthStream && typeof data.U === 'number' && typeof data.u === 'number') {
        history.diffs.push({ ...row, firstId: data.U, lastId: data.u });
      }
      widenLevels(history, data.b);
      widenLevels(history, data.a);
      return;
    case 'trade':
      if (isTradeStream(stream) && typeof data.t === 'number') history.trades.push({ ...row, id: data.t });
      widenPrice(history, data.p);
      widenSize(history, data.q);
      return;
    case 'aggTrade':
      widenPrice(history, data.p);
      widenSize(history, data.q);
      return;
    case 'kline':
      if (!isObject(data.k)) return;
      for (const price of [data.k.o, data.k.h, data.k.l, data.k.c]) widenPrice(history, price);
      widenSize(history, data.k.v);
      return;
    case undefined:
      widenPrice(history, data.b);
      widenPrice(history, data.a);
      widenSize(history, data.B);
      widenSize(history, data.A);
      return;
  }
}

function widenLevels(history: SymbolHistory, levels: unknown): void {
  if (!Array.isArray(levels)) return;
  for (const level of levels) {
    if (!Array.isArray(level)) continue;
    widenPrice(history, level[0]);
    widenSize(history, level[1]);
  }
}

function widenPrice(history: SymbolHistory, text: unknown): void {
  const decimals = decimalsOf(text);
  if (decimals !== undefined && decimals > (history.priceDecimals ?? -1)) history.priceDecimals = decimals;
}

function widenSize(history: SymbolHistory, text: unknown): void {
  const decimals = decimalsOf(text);
  if (decimals !== undefined && decimals > (history.sizeDecimals ?? -1)) history.sizeDecimals = decimals;
}

const DECIMAL = /^\d+(?:\.(\d*))?$/;

function decimalsOf(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const fraction = match[1] ?? '';
  let decimals = fraction.length;
  while (decimals > 0 && fraction[decimals - 1] === '0') decimals--;
  return decimals;
}

function historyOf(symbol: string, histories: Map<string, SymbolHistory>): SymbolHistory {
  let history = histories.get(symbol);
  if (history === undefined) {
    history = {
      symbol,
      priceDecimals: undefined,
      sizeDecimals: undefined,
      depthStream: undefined,
      diffs: [],
      trades: [],
      snapshots: [],
    };
    histories.set(symbol, history);
  }
  return history;
}

/** A raw snapshot names no symbol: it is that of its file's only symbol, or the one whose differences' ids surround it. */
function historyOfUnnamed(
  snapshot: DepthSnapshot,
  file: PlayFile,
  histories: ReadonlyMap<string, SymbolHistory>,
): SymbolHistory | undefined {
  const symbols = new Set(file.streams.map(symbolOfStream));
  if (symbols.size === 1) return histories.get([...symbols][0]!);
  for (const symbol of symbols) {
    const history = histories.get(symbol);
    const first = history?.diffs[0];
    const last = history?.diffs.at(-1);
    if (first && last && snapshot.lastUpdateId >= first.firstId - 1 && snapshot.lastUpdateId <= last.lastId)
      return history;
  }
  return undefined;
}

/** The same stream from two files at once would double every event. */
function checkOverlap(files: readonly PlayFile[]): void {
  const lastOf = new Map<string, PlayFile>();
  for (const file of files) {
    for (const stream of file.streams) {
      const earlier = lastOf.get(stream);
      if (earlier !== undefined && file.fromUs <= earlier.toUs) {
        throw new VenueError(
          'recordings_overlap',
          `${earlier.path} and ${file.path} both have ${stream} at the same time; leave one out.`,
        );
      }
      lastOf.set(stream, file);
    }
  }
}

function firstTimeUs(recording: FrameRecording): number {
  return recording.frames.length === 0 ? 0 : recording.frames.timeUs(0);
}

function describe(recording: Recording): string {
  return 'venue' in recording ? `a ${recording.venue} recording` : `of the format ${recording.format}`;
}

/** A frame that is no JSON object belongs to no stream and is not played; {} stands for it. */
function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
