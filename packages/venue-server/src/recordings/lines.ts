import { limits } from '../limits.ts';
import type { Unpacked } from './unpack.ts';

/** How a recording ends. `line` (from 1) and `byte` (decompressed, from 0) say where the first incomplete line begins. */
export type RecordingEnd =
  | { readonly kind: 'complete' }
  | { readonly kind: 'truncated'; readonly reason: string; readonly line: number; readonly byte: number };

/** Lines that have not the recording's form: skipped and counted. */
export class MalformedLines {
  count = 0;
  readonly samples: { readonly line: number; readonly start: string }[] = [];

  add(line: number, text: string): void {
    this.count++;
    if (this.samples.length < limits.malformedSamplesMax) {
      this.samples.push({ line, start: text.slice(0, limits.malformedSampleChars) });
    }
  }
}

export interface Line {
  /** Counted from 1. */
  readonly number: number;
  readonly start: number;
  /** Exclusive, without the line break. */
  readonly end: number;
}

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** The non-empty lines of [0, size). */
export function* linesOf(data: Buffer, size: number): Generator<Line> {
  let start = 0;
  for (let number = 1; start < size; number++) {
    let end = data.indexOf(NEWLINE, start);
    if (end < 0 || end > size) end = size;
    const textEnd = end > start && data[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    if (textEnd > start) yield { number, start, end: textEnd };
    start = end + 1;
  }
}

/**
 * How much of `data` is complete lines. A last line without a line break counts when nothing was cut and `isWhole` accepts
 * it: a text file that was cut looks otherwise like one whose last line has no break.
 */
export function completePart(
  unpacked: Unpacked,
  isWhole: (lastLine: string) => boolean,
): { size: number; end: RecordingEnd } {
  const { data, cut } = unpacked;
  const lastBreak = data.lastIndexOf(NEWLINE);
  const hasRest = lastBreak + 1 < data.length;
  if (cut === undefined && (!hasRest || isWhole(data.toString('utf8', lastBreak + 1)))) {
    return { size: data.length, end: { kind: 'complete' } };
  }
  let line = 1;
  for (let at = data.indexOf(NEWLINE); at >= 0; at = data.indexOf(NEWLINE, at + 1)) line++;
  const reason = cut ?? 'the last line is incomplete';
  return { size: lastBreak + 1, end: { kind: 'truncated', reason, line, byte: lastBreak + 1 } };
}
