import { completePart, linesOf, MalformedLines, type RecordingEnd } from './lines.ts';
import type { Unpacked } from './unpack.ts';

/** Prices of equities are integers of 1/10,000 dollar. `msOfDay` counts from midnight in New York. */
export interface LeanTrade {
  readonly msOfDay: number;
  readonly price: number;
  readonly size: number;
  readonly exchange: string;
  /** Condition flags, hexadecimal. */
  readonly conditions: string;
  readonly suspicious: boolean;
}

/** One side of an NBBO message: the other side's price and size are 0. */
export interface LeanQuote {
  readonly msOfDay: number;
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
  readonly exchange: string;
  readonly conditions: string;
  readonly suspicious: boolean;
}

/** Prices as the venue wrote them. `msOfDay` counts from midnight in New York. */
export interface LeanForexQuote {
  readonly msOfDay: number;
  readonly bid: string;
  readonly ask: string;
}

export interface LeanRecording<Format extends string, Row> {
  readonly format: Format;
  /** From the zip's entry: upper case symbol, day as `YYYYMMDD` in New York. '' where the name has none. */
  readonly symbol: string;
  readonly day: string;
  readonly rows: Iterable<Row>;
  /** The last row that is one; undefined where there is none. */
  readonly lastRow: Row | undefined;
  /** Lines, malformed ones too. */
  readonly lineCount: number;
  readonly end: RecordingEnd;
  /** Counts up while `rows` is read. */
  readonly malformed: MalformedLines;
}
export type LeanTradeRecording = LeanRecording<'lean-trade', LeanTrade>;
export type LeanQuoteRecording = LeanRecording<'lean-quote', LeanQuote>;
export type LeanForexRecording = LeanRecording<'lean-forex', LeanForexQuote>;

const NEWLINE = 10;

const TRADE = /^(\d+),(\d+),(\d+),([A-Z]?),([0-9A-Fa-f]*),([01])$/;
const QUOTE = /^(\d+),(\d+),(\d+),(\d+),(\d+),([A-Z]?),([0-9A-Fa-f]*),([01])$/;
const FOREX = /^(\d+),(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)$/;

/** undefined when the first line is none of Lean's tick files. */
export function readLean(
  unpacked: Unpacked,
  firstLine: string,
): LeanTradeRecording | LeanQuoteRecording | LeanForexRecording | undefined {
  if (TRADE.test(firstLine)) return recording('lean-trade', unpacked, TRADE, trade);
  if (QUOTE.test(firstLine)) return recording('lean-quote', unpacked, QUOTE, quote);
  if (FOREX.test(firstLine)) return recording('lean-forex', unpacked, FOREX, forex);
  return undefined;
}

function recording<Format extends string, Row>(
  format: Format,
  unpacked: Unpacked,
  pattern: RegExp,
  row: (columns: RegExpExecArray) => Row,
): LeanRecording<Format, Row> {
  const { size, end } = completePart(unpacked, (line) => pattern.test(line));
  const name = /^(\d{8})_([^_]+)_/.exec(unpacked.entry);
  const malformed = new MalformedLines();
  const rows = {
    *[Symbol.iterator](): Generator<Row> {
      for (const line of linesOf(unpacked.data, size)) {
        const text = unpacked.data.toString('latin1', line.start, line.end);
        const columns = pattern.exec(text);
        if (columns) yield row(columns);
        else malformed.add(line.number, text);
      }
    },
  };
  const { lineCount, lastRow } = measure(unpacked.data, size, pattern, row);
  return {
    format,
    symbol: name?.[2]?.toUpperCase() ?? '',
    day: name?.[1] ?? '',
    rows,
    lastRow,
    lineCount,
    end,
    malformed,
  };
}

/** Lines and the last row, without reading the rows: a day of a busy symbol has a million. */
function measure<Row>(
  data: Buffer,
  size: number,
  pattern: RegExp,
  row: (columns: RegExpExecArray) => Row,
): { lineCount: number; lastRow: Row | undefined } {
  let lineCount = 0;
  for (let at = data.indexOf(NEWLINE); at >= 0 && at < size; at = data.indexOf(NEWLINE, at + 1)) lineCount++;
  if (size > 0 && data[size - 1] !== NEWLINE) lineCount++;
  for (let end = size; end > 0; ) {
    const start = end < 2 ? 0 : data.lastIndexOf(NEWLINE, end - 2) + 1;
    const columns = pattern.exec(data.toString('latin1', start, end).trimEnd());
    if (columns) return { lineCount, lastRow: row(columns) };
    end = start;
  }
  return { lineCount, lastRow: undefined };
}

function trade(columns: RegExpExecArray): LeanTrade {
  return {
    msOfDay: Number(columns[1]),
    price: Number(columns[2]),
    size: Number(columns[3]),
    exchange: columns[4]!,
    conditions: columns[5]!,
    suspicious: columns[6] === '1',
  };
}

function quote(columns: RegExpExecArray): LeanQuote {
  return {
    msOfDay: Number(columns[1]),
    bid: Number(columns[2]),
    bidSize: Number(columns[3]),
    ask: Number(columns[4]),
    askSize: Number(columns[5]),
    exchange: columns[6]!,
    conditions: columns[7]!,
    suspicious: columns[8] === '1',
  };
}

function forex(columns: RegExpExecArray): LeanForexQuote {
  return { msOfDay: Number(columns[1]), bid: columns[2]!, ask: columns[3]! };
}
