import { type FrameDirection, FrameRows, FrameTable } from './frame-table.ts';
import { completePart, linesOf, MalformedLines, type RecordingEnd } from './lines.ts';
import { isJson } from './raw-lines.ts';
import type { Unpacked } from './unpack.ts';

/** `<url> <arrow> <seconds>`, then `: <payload>` but where a connection was opened. */
const ADDRESSED = /^((?:wss?|https?):\/\/\S+) (<->|<-|->) (\d{10})(?:\.(\d+))?(?:: |$)/;
const RECEIVED = /^(\d{10})(?:\.(\d+))?: /;
const DIRECTION: Readonly<Record<string, FrameDirection>> = { '<->': 'opened', '<-': 'sent', '->': 'fetched' };
/** Only this much of a line is looked at for its head; the URL of a combined stream is the longest part of it. */
const HEAD_BYTES = 64 * 1024;
/** A received frame's head is short, so the common case decodes few bytes. */
const SHORT_HEAD_BYTES = 32;

/** cryptofeed's capture of a WebSocket connection or of HTTP answers; times are Unix seconds with a fraction. */
export function readCryptofeed(unpacked: Unpacked): {
  frames: FrameTable;
  end: RecordingEnd;
  malformed: MalformedLines;
} {
  const { data } = unpacked;
  const { size, end } = completePart(unpacked, isWholeLine);
  const rows = new FrameRows();
  const malformed = new MalformedLines();
  for (const line of linesOf(data, size)) {
    const received = RECEIVED.exec(
      data.toString('latin1', line.start, Math.min(line.end, line.start + SHORT_HEAD_BYTES)),
    );
    if (received) {
      rows.add(microseconds(received[1]!, received[2]), 'received', '', line.start + received[0].length, line.end);
      continue;
    }
    const addressed = ADDRESSED.exec(data.toString('latin1', line.start, Math.min(line.end, line.start + HEAD_BYTES)));
    if (addressed) {
      const timeUs = microseconds(addressed[3]!, addressed[4]);
      rows.add(timeUs, DIRECTION[addressed[2]!]!, addressed[1]!, line.start + addressed[0].length, line.end);
      continue;
    }
    malformed.add(line.number, data.toString('utf8', line.start, line.end));
  }
  return { frames: new FrameTable(data, rows), end, malformed };
}

export function isCryptofeedLine(line: string): boolean {
  return ADDRESSED.test(line) || RECEIVED.test(line);
}

function isWholeLine(line: string): boolean {
  const head = RECEIVED.exec(line) ?? ADDRESSED.exec(line);
  return head !== null && isJson(line.slice(head[0].length));
}

function microseconds(seconds: string, fraction = ''): number {
  return Number(seconds) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}
