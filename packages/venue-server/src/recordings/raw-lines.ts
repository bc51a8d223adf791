import { FrameRows, FrameTable } from './frame-table.ts';
import { completePart, linesOf, MalformedLines, type RecordingEnd } from './lines.ts';
import type { Unpacked } from './unpack.ts';

const DIGIT_0 = 48;
const DIGIT_9 = 57;
const SPACE = 32;
/** Digits of a Unix time of our days in microseconds; more are a fraction of one. */
const MICROSECOND_DIGITS = 16;
const NANOSECOND_DIGITS = 19;

/** A line is `<receive time> <frame>`: the time in µs or ns, told apart by its 16 or 19 digits. */
export function readRawLines(unpacked: Unpacked): { frames: FrameTable; end: RecordingEnd; malformed: MalformedLines } {
  const { data } = unpacked;
  const { size, end } = completePart(unpacked, (line) => isRawLine(line) && isJson(line.slice(line.indexOf(' ') + 1)));
  const rows = new FrameRows();
  const malformed = new MalformedLines();
  for (const line of linesOf(data, size)) {
    let at = line.start;
    let timeUs = 0;
    for (; at < line.end; at++) {
      const byte = data[at]!;
      if (byte < DIGIT_0 || byte > DIGIT_9) break;
      if (at - line.start < MICROSECOND_DIGITS) timeUs = timeUs * 10 + (byte - DIGIT_0);
    }
    const digits = at - line.start;
    if ((digits !== MICROSECOND_DIGITS && digits !== NANOSECOND_DIGITS) || data[at] !== SPACE || at + 1 >= line.end) {
      malformed.add(line.number, data.toString('utf8', line.start, line.end));
      continue;
    }
    rows.add(timeUs, 'received', '', at + 1, line.end);
  }
  return { frames: new FrameTable(data, rows), end, malformed };
}

export function isRawLine(line: string): boolean {
  return /^(\d{16}|\d{19}) ./.test(line);
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
