import { VenueError } from '../errors.ts';
import { gapsBetween, type Span } from '../play/play-axis.ts';
import type {
  LeanForexQuote,
  LeanForexRecording,
  LeanQuote,
  LeanQuoteRecording,
  LeanTradeRecording,
} from '../recordings/lean.ts';
import { openRecordings, type Recording } from '../recordings/open-recording.ts';

/** One socket per asset class (1.1). */
export type AssetClass = 'stock' | 'forex' | 'indices' | 'crypto' | 'future' | 'fund';

export interface ItickInstrument {
  /** As a client subscribes to it: `IBM$US`. */
  readonly name: string;
  /** `IBM`. */
  readonly symbol: string;
  /** `US`. */
  readonly region: string;
  readonly assetClass: AssetClass;
}

/** A trade, or the best bid and ask. Numbers are decimal text, exactly the recording's. */
export type ItickEntry = { readonly timeUs: number; readonly instrument: ItickInstrument } & (
  | { readonly type: 'tick'; readonly price: string; readonly size: string }
  | {
      readonly type: 'depth';
      readonly bid: string;
      readonly bidSize: string;
      readonly ask: string;
      readonly askSize: string;
    }
);

/** What will be played, in which order, at which recorded times. */
export interface ItickPlan {
  readonly startUs: number;
  readonly endUs: number;
  readonly skips: readonly Span[];
  /** From the files' lines: malformed lines and unpaired quotes among them are not played. */
  readonly frameCount: number;
  readonly instruments: readonly ItickInstrument[];
  /** All by time; equal times in the order in which their files were named. Each call begins anew. */
  entries(): Generator<ItickEntry>;
}

type LeanTicks = (LeanTradeRecording | LeanQuoteRecording | LeanForexRecording) & { readonly path: string };

/** Files of one instrument and kind, by day. */
interface Series {
  readonly instrument: ItickInstrument;
  readonly files: LeanTicks[];
}

/** Whether iTick's venue server plays it. */
export function isLeanTicks(recording: Recording): recording is LeanTicks {
  return recording.format === 'lean-trade' || recording.format === 'lean-quote' || recording.format === 'lean-forex';
}

/** Opens the recordings that are paths and lays out their play. Rejects with `RecordingError` or `VenueError`. */
export async function planItickPlay(recordings: readonly (string | Recording)[]): Promise<ItickPlan> {
  const seriesByKey = new Map<string, Series>();
  const spans: Span[] = [];
  let frameCount = 0;
  for (const recording of await openRecordings(recordings)) {
    const span = spanOf(checked(recording));
    if (span === undefined) continue;
    const file = recording as LeanTicks;
    const instrument = instrumentOf(file);
    const key = `${instrument.name} ${file.format}`;
    const series = seriesByKey.get(key) ?? { instrument, files: [] };
    seriesByKey.set(key, series);
    series.files.push(file);
    spans.push(span);
    frameCount += file.format === 'lean-quote' ? Math.floor(file.lineCount / 2) : file.lineCount;
  }
  if (spans.length === 0) throw new VenueError('nothing_to_play', 'No recording has a trade or a quote.');
  const all = [...seriesByKey.values()];
  for (const { files } of all) sortByDay(files);
  return {
    startUs: Math.min(...spans.map(({ fromUs }) => fromUs)),
    endUs: Math.max(...spans.map(({ toUs }) => toUs)),
    skips: gapsBetween(spans),
    frameCount,
    instruments: [...new Map(all.map(({ instrument }) => [instrument.name, instrument])).values()],
    entries: () => merge(all.map(entriesOf)),
  };
}

function checked(recording: Recording): LeanTicks {
  if (!isLeanTicks(recording)) {
    const what = 'venue' in recording ? `a ${recording.venue} recording` : `of the format ${recording.format}`;
    throw new VenueError('wrong_venue', `${recording.path} is ${what}; expected Lean ticks.`);
  }
  if (recording.symbol === '' || midnightOf(recording.day) === undefined) {
    throw new VenueError(
      'nothing_to_play',
      `The entry in ${recording.path} names no symbol and day; expected YYYYMMDD_symbol_… as Lean names them.`,
    );
  }
  return recording;
}

/** US equities are `$US` on `/stock`; Lean's forex is `$GB` on `/forex`, as iTick names all of it (1.3). */
function instrumentOf({ format, symbol }: LeanTicks): ItickInstrument {
  const region = format === 'lean-forex' ? 'GB' : 'US';
  return { name: `${symbol}$${region}`, symbol, region, assetClass: format === 'lean-forex' ? 'forex' : 'stock' };
}

function sortByDay(files: LeanTicks[]): void {
  files.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  for (const [place, file] of files.entries()) {
    const earlier = files[place - 1];
    if (earlier !== undefined && earlier.day === file.day) {
      throw new VenueError(
        'recordings_overlap',
        `${earlier.path} and ${file.path} are both ${file.symbol} of ${file.day}; leave one out.`,
      );
    }
  }
}

/** undefined where it has no row. */
function spanOf(file: LeanTicks): Span | undefined {
  const midnight = midnightOf(file.day)!;
  for (const first of file.rows) {
    return { fromUs: (midnight + first.msOfDay) * 1000, toUs: (midnight + (file.lastRow ?? first).msOfDay) * 1000 };
  }
  return undefined;
}

function* entriesOf({ instrument, files }: Series): Generator<ItickEntry> {
  let timeUs = 0;
  for (const file of files) {
    const midnight = midnightOf(file.day)!;
    // A row that is earlier than the one before it plays with it: recorded time never goes back.
    const at = (msOfDay: number): number => {
      timeUs = Math.max(timeUs, (midnight + msOfDay) * 1000);
      return timeUs;
    };
    switch (file.format) {
      case 'lean-trade':
        for (const { msOfDay, price, size } of file.rows) {
          yield { timeUs: at(msOfDay), instrument, type: 'tick', price: dollars(price), size: String(size) };
        }
        break;
      case 'lean-quote':
        for (const [bid, ask] of pairs(file.rows)) {
          yield {
            timeUs: at(bid.msOfDay),
            instrument,
            type: 'depth',
            bid: dollars(bid.bid),
            bidSize: String(bid.bidSize),
            ask: dollars(ask.ask),
            askSize: String(ask.askSize),
          };
        }
        break;
      case 'lean-forex':
        for (const quote of file.rows) yield forexEntry(quote, at(quote.msOfDay), instrument);
        break;
    }
  }
}

/** A forex level may have size 0 (1.5): Lean names none. */
function forexEntry({ bid, ask }: LeanForexQuote, timeUs: number, instrument: ItickInstrument): ItickEntry {
  return { timeUs, instrument, type: 'depth', bid, bidSize: '0', ask, askSize: '0' };
}

/** Two rows of one ms, bid then ask, are one quote. A row alone says nothing of its other side and is left out. */
function* pairs(rows: Iterable<LeanQuote>): Generator<[bid: LeanQuote, ask: LeanQuote]> {
  let bid: LeanQuote | undefined;
  for (const row of rows) {
    if (bid !== undefined && row.bid === 0 && row.msOfDay === bid.msOfDay) {
      yield [bid, row];
      bid = undefined;
    } else {
      bid = row.bid > 0 ? row : undefined;
    }
  }
}

/** The earliest next, again and again; equal times by the sources' order. They are few: looking at each is quickest. */
function* merge(sources: readonly Generator<ItickEntry>[]): Generator<ItickEntry> {
  const heads: { source: Generator<ItickEntry>; entry: ItickEntry }[] = [];
  for (const source of sources) {
    const first = source.next();
    if (first.done !== true) heads.push({ source, entry: first.value });
  }
  while (heads.length > 0) {
    let earliest = heads[0]!;
    for (const head of heads) if (head.entry.timeUs < earliest.entry.timeUs) earliest = head;
    yield earliest.entry;
    const next = earliest.source.next();
    if (next.done === true) heads.splice(heads.indexOf(earliest), 1);
    else earliest.entry = next.value;
  }
}

/** Lean's integer of 1/10,000 dollar as decimal text: 1866600 is 186.66. */
export function dollars(tenThousandths: number): string {
  const whole = Math.floor(tenThousandths / 10_000);
  const rest = tenThousandths % 10_000;
  return rest === 0 ? String(whole) : `${whole}.${String(rest).padStart(4, '0').replace(/0+$/, '')}`;
}

const HOUR_MS = 3_600_000;
const NEW_YORK_HOUR = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hour: 'numeric',
  hourCycle: 'h23',
});

/** Unix ms of midnight in New York on a day `YYYYMMDD`; undefined where it is no day. */
export function midnightOf(day: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(day);
  if (match === null) return undefined;
  const utc = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  // New York is 4 h behind in summer and 5 h in winter, and changes at 2 o'clock, never at midnight.
  return NEW_YORK_HOUR.format(utc + 4 * HOUR_MS) === '00' ? utc + 4 * HOUR_MS : utc + 5 * HOUR_MS;
}
