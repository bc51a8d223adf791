import { completePart, linesOf, MalformedLines, type RecordingEnd } from './lines.ts';
import type { Unpacked } from './unpack.ts';

/** A US symbol's day, Lean's coarse universe. */
export interface CoarseRow {
  readonly ticker: string;
  /** As written, in dollars. */
  readonly close: string;
  readonly volume: number;
  readonly dollarVolume: number;
}

export interface CoarseRecording {
  readonly format: 'lean-coarse';
  readonly rows: Iterable<CoarseRow>;
  readonly end: RecordingEnd;
  /** Counts up while `rows` is read. */
  readonly malformed: MalformedLines;
}

/** `sid,ticker,close,volume,dollar_volume,has_fundamental_data,price_factor,split_factor`; a sid is a ticker and a code. */
const ROW = /^[^,]+ [^,]+,([^,]+),(\d+(?:\.\d+)?),(\d+),(\d+),(?:True|False),[^,]+,[^,]+$/;

export function isCoarseLine(line: string): boolean {
  return ROW.test(line);
}

export function readCoarse(unpacked: Unpacked): CoarseRecording {
  const { size, end } = completePart(unpacked, isCoarseLine);
  const malformed = new MalformedLines();
  const rows = {
    *[Symbol.iterator](): Generator<CoarseRow> {
      for (const line of linesOf(unpacked.data, size)) {
        const text = unpacked.data.toString('utf8', line.start, line.end);
        const columns = ROW.exec(text);
        if (columns)
          yield {
            ticker: columns[1]!,
            close: columns[2]!,
            volume: Number(columns[3]),
            dollarVolume: Number(columns[4]),
          };
        else malformed.add(line.number, text);
      }
    },
  };
  return { format: 'lean-coarse', rows, end, malformed };
}
