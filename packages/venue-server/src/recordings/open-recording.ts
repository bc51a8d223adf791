import { readFile } from 'node:fs/promises';
import { type AlpacaTradesRecording, isAlpacaTrades, readAlpacaTrades } from './alpaca.ts';
import { type CoarseRecording, isCoarseLine, readCoarse } from './coarse.ts';
import { isCryptofeedLine, readCryptofeed } from './cryptofeed.ts';
import { RecordingError } from './errors.ts';
import type { FrameTable } from './frame-table.ts';
import { type LeanForexRecording, type LeanQuoteRecording, type LeanTradeRecording, readLean } from './lean.ts';
import type { MalformedLines, RecordingEnd } from './lines.ts';
import { isRawLine, readRawLines } from './raw-lines.ts';
import { type Unpacked, unpack } from './unpack.ts';

export type FrameVenue = 'binance' | 'coinbase' | 'kraken';

/** Raw frames as a venue sent them. */
export interface FrameRecording {
  readonly format: 'raw-lines' | 'cryptofeed';
  readonly venue: FrameVenue;
  readonly frames: FrameTable;
  readonly end: RecordingEnd;
  readonly malformed: MalformedLines;
}

export type RecordingContent =
  | FrameRecording
  | LeanTradeRecording
  | LeanQuoteRecording
  | LeanForexRecording
  | CoarseRecording
  | AlpacaTradesRecording;

/** `path` is where it was read from. What it is, is seen from its content, never from that name. */
export type Recording = RecordingContent & { readonly path: string };

/**
 * Reads a recording whole into memory, decompressed (at most `limits.recordingBytesMax`); rows and texts are made when they
 * are asked for. One that was cut in the middle gives all that is complete, and `end` says where it stops.
 * Rejects with `RecordingError`.
 */
export async function openRecording(path: string): Promise<Recording> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new RecordingError('not_found', `The recording ${path} can't be read: ${String(cause)}`, { cause });
  });
  const content = readRecording(await unpack(bytes));
  if (content === undefined) {
    throw new RecordingError(
      'unknown_format',
      `${path} is no recording we know: expected raw or cryptofeed frames, a Lean zip or coarse csv, or Alpaca trades, plain or packed.`,
    );
  }
  return { ...content, path };
}

/** Opens those that are paths, one after the other. */
export async function openRecordings(recordings: readonly (string | Recording)[]): Promise<Recording[]> {
  const opened: Recording[] = [];
  for (const recording of recordings)
    opened.push(typeof recording === 'string' ? await openRecording(recording) : recording);
  return opened;
}

/** undefined when the content is none of the known recordings. */
export function readRecording(unpacked: Unpacked): RecordingContent | undefined {
  const { data } = unpacked;
  const lineEnd = data.indexOf(10);
  const firstLine = data.toString('utf8', 0, lineEnd < 0 ? data.length : lineEnd).trimEnd();
  if (isRawLine(firstLine)) return frameRecording('raw-lines', readRawLines(unpacked));
  if (isCryptofeedLine(firstLine)) return frameRecording('cryptofeed', readCryptofeed(unpacked));
  if (isAlpacaTrades(firstLine)) return readAlpacaTrades(unpacked);
  if (isCoarseLine(firstLine)) return readCoarse(unpacked);
  return readLean(unpacked, firstLine);
}

function frameRecording(
  format: FrameRecording['format'],
  read: { frames: FrameTable; end: RecordingEnd; malformed: MalformedLines },
): FrameRecording | undefined {
  const venue = venueOf(read.frames);
  return venue && { format, venue, ...read };
}

/** The venue that speaks so, seen from the first frame that tells. */
function venueOf(frames: FrameTable): FrameVenue | undefined {
  for (const frame of frames) {
    const host = /^\w+:\/\/([^/:]+)/.exec(frame.url)?.[1] ?? '';
    if (/(^|\.)binance\.(com|us|vision)$/.test(host)) return 'binance';
    if (/(^|\.)coinbase\.com$/.test(host)) return 'coinbase';
    if (/(^|\.)kraken\.com$/.test(host)) return 'kraken';
    if (frame.direction !== 'received') continue;
    if (/^\{"(stream|lastUpdateId|e)":/.test(frame.text)) return 'binance';
    if (/^\{"type":"\w+",/.test(frame.text)) return 'coinbase';
    if (/^\[\d+,|^\{"(channelID|connectionID|event)":/.test(frame.text)) return 'kraken';
  }
  return undefined;
}
