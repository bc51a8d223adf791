import type { Sequence, Update } from '@tapecast/market';
import { ByteCursor, readText } from './byte-cursor.ts';
import type { NameTable } from './name-table.ts';
import { count } from './safe-integer.ts';
import { sequenceName, sequenceNumber } from './schema-names.ts';
import type { BatchEntry, SequenceSpan, SourceClock, UpdateBatchHead } from './update-batch.ts';
import { decodeUpdateList } from './update-codec.ts';
import { WireError } from './wire-error.ts';

// Every gateway reads every record of `md.updates`, and of most entries needs to know only that nobody here holds them. So
// `UpdateBatch` of update.proto is read by hand: an entry's name is looked up by its bytes, and what is not wanted is
// passed over by its length. Tags are field number * 8 + wire type.

const EPOCH = 10;
const TICKS_NEXT = 16;
const COMPUTED_AT_US = 24;
const CLOCKS = 34;
const INDEX = 42;
const PAYLOAD = 50;

/** Fields of UpdateIndex. */
const INSTRUMENT = 10;
const OFFSET = 16;
const LENGTH = 24;
const RANGES = 34;

/** Fields of SequenceRange; SourceClock has its source in field 1 and its time in field 2. */
const SEQUENCE = 8;
const FIRST = 16;
const LAST = 24;
const CLOCK_SOURCE = 10;
const CLOCK_TIME_MS = 16;
const TRADE = sequenceNumber('trade');

/** Which entries a reader of batches gives. */
export interface EntryFilter<Known> {
  readonly names: NameTable<Known>;
  wants(known: Known): boolean;
  /** Whether names that are not in the table are told in `newNames`. */
  readonly tellsNew: boolean;
  /** Whether the numbers of trades are told in `trades`, of all that are in the table. */
  readonly tellsTrades?: boolean;
}

/** The numbers first..last of the trades of each instrument that has some: three lists side by side, the first `count` of each. */
export interface TradeRanges<Known> {
  count: number;
  readonly known: Known[];
  readonly firsts: number[];
  readonly lasts: number[];
}

/** What a batch has of one instrument. It shares the memory of the record, and reads of it only what it is asked for. */
export class UpdateEntry<Known> implements BatchEntry {
  /** What the table has by the instrument's name. */
  readonly known: Known;
  readonly #record: Uint8Array;
  readonly #nameStart: number;
  readonly #nameEnd: number;
  readonly #indexEnd: number;
  readonly #start: number;
  readonly #end: number;

  /** The name stands at the start of the index entry, the ranges behind it; the updates from `start` to `end`. */
  constructor(
    known: Known,
    record: Uint8Array,
    index: { nameStart: number; nameEnd: number; end: number },
    start: number,
    end: number,
  ) {
    this.known = known;
    this.#record = record;
    this.#nameStart = index.nameStart;
    this.#nameEnd = index.nameEnd;
    this.#indexEnd = index.end;
    this.#start = start;
    this.#end = end;
  }

  get instrument(): string {
    return readText(this.#record, this.#nameStart, this.#nameEnd);
  }

  get ranges(): readonly SequenceSpan[] {
    const spans: SequenceSpan[] = [];
    this.#eachRange((sequence, first, last) => {
      spans.push({ sequence, first, last });
      return true;
    });
    return spans;
  }

  get bytes(): Uint8Array {
    return this.#record.subarray(this.#start, this.#end);
  }

  has(sequence: Sequence): boolean {
    return !this.#eachRange((of) => of !== sequence);
  }

  updates(): Update[] {
    return decodeUpdateList(this.#record, this.#start, this.#end);
  }

  /** Until `take` says false; returns whether it never did. */
  #eachRange(take: (sequence: Sequence, first: number, last: number) => boolean): boolean {
    const cursor = new ByteCursor(this.#record);
    cursor.reset(this.#record, this.#nameEnd, this.#indexEnd);
    while (cursor.at < this.#indexEnd) {
      const tag = cursor.varint();
      if (tag !== RANGES) {
        cursor.skip(tag & 7);
        continue;
      }
      const end = cursor.span();
      let sequence = 0;
      let first = 0;
      let last = 0;
      cursor.end = end;
      while (cursor.at < end) {
        const field = cursor.varint();
        if (field === SEQUENCE) sequence = cursor.varint() | 0;
        else if (field === FIRST) first = count(cursor.varint(), 'first');
        else if (field === LAST) last = count(cursor.varint(), 'last');
        else cursor.skip(field & 7);
      }
      cursor.end = this.#indexEnd;
      if (!take(sequenceName(sequence), first, last)) return false;
    }
    return true;
  }
}

/** Reads one batch after another. What it gives is that of the batch last read, until the next one. */
export class UpdateBatchReader<Known> implements UpdateBatchHead {
  epoch = '';
  ticksNext = 0;
  computedAtUs = 0;
  clocks: SourceClock[] = [];
  /** Those that the filter wants, in the order of the index. */
  entries: UpdateEntry<Known>[] = [];
  /** Names that the table lacks, as often as they stand in the index. */
  newNames: string[] = [];
  readonly trades: TradeRanges<Known> = { count: 0, known: [], firsts: [], lasts: [] };
  readonly #filter: EntryFilter<Known> | undefined;
  readonly #cursor = new ByteCursor(new Uint8Array(0));
  /** Bytes of `epoch`: it is the same for days. */
  #epochBytes = new Uint8Array(0);
  readonly #place = { nameStart: 0, nameEnd: 0, end: 0 };

  /** Without a filter all entries are given. */
  constructor(filter: EntryFilter<Known> | undefined) {
    this.#filter = filter;
  }

  /**
   * Throws WireError where the bytes are no batch; of entries that are not wanted only the name and the length are looked
   * at. The order of fields is that of our writer, with payload and index in any order, and fields that are not known between.
   */
  read(bytes: Uint8Array): void {
    this.ticksNext = 0;
    this.computedAtUs = 0;
    if (this.clocks.length > 0) this.clocks = [];
    if (this.entries.length > 0) this.entries = [];
    if (this.newNames.length > 0) this.newNames = [];
    this.trades.count = 0;
    const cursor = this.#cursor;
    cursor.reset(bytes, 0, bytes.length);
    let epochSeen = false;
    let firstIndex = -1;
    let payloadStart = 0;
    let payloadEnd = 0;
    while (cursor.at < bytes.length) {
      const start = cursor.at;
      const tag = cursor.varint();
      if (tag === INDEX) {
        if (firstIndex < 0) firstIndex = start;
        cursor.at = cursor.span();
      } else if (tag === PAYLOAD) {
        payloadEnd = cursor.span();
        payloadStart = cursor.at;
        cursor.at = payloadEnd;
      } else if (tag === EPOCH) {
        const end = cursor.span();
        this.#takeEpoch(bytes, cursor.at, end);
        epochSeen = true;
        cursor.at = end;
      } else if (tag === TICKS_NEXT) this.ticksNext = count(cursor.varint(), 'ticks_next');
      else if (tag === COMPUTED_AT_US) this.computedAtUs = count(cursor.varint(), 'computed_at_us');
      else if (tag === CLOCKS) this.clocks.push(this.#clock());
      else cursor.skip(tag & 7);
    }
    if (!epochSeen) this.#takeEpoch(bytes, 0, 0);
    if (firstIndex >= 0) this.#takeIndex(bytes, firstIndex, payloadStart, payloadEnd);
  }

  #takeIndex(bytes: Uint8Array, from: number, payloadStart: number, payloadEnd: number): void {
    const filter = this.#filter;
    const cursor = this.#cursor;
    const place = this.#place;
    cursor.at = from;
    while (cursor.at < bytes.length) {
      const tag = cursor.varint();
      if (tag !== INDEX) {
        cursor.skip(tag & 7);
        continue;
      }
      const end = cursor.span();
      place.end = end;
      const { at } = cursor;
      // A name of less than 128 bytes, in front: all that our writer writes.
      if (end - at >= 2 && bytes[at] === INSTRUMENT && bytes[at + 1]! < 0x80) {
        place.nameStart = at + 2;
        place.nameEnd = at + 2 + bytes[at + 1]!;
        if (place.nameEnd > end) throw new WireError('malformed', 'the name of an index entry ends outside of it');
      } else this.#findName(end);
      cursor.at = end;
      if (filter === undefined) {
        this.entries.push(this.#entry(undefined as Known, bytes, payloadStart, payloadEnd));
        continue;
      }
      const known = filter.names.get(bytes, place.nameStart, place.nameEnd);
      if (known === undefined) {
        if (filter.tellsNew) this.newNames.push(readText(bytes, place.nameStart, place.nameEnd));
        continue;
      }
      if (filter.tellsTrades === true) this.#noteTrades(known, bytes, place.nameEnd, end);
      if (filter.wants(known)) this.entries.push(this.#entry(known, bytes, payloadStart, payloadEnd));
    }
  }

  /** Most entries have no trade, so what each range is of is looked at before the rest of it. */
  #noteTrades(known: Known, bytes: Uint8Array, from: number, end: number): void {
    const cursor = this.#cursor;
    const whole = cursor.end;
    cursor.at = from;
    cursor.end = end;
    while (cursor.at < end) {
      const tag = cursor.varint();
      if (tag !== RANGES) {
        cursor.skip(tag & 7);
        continue;
      }
      const rangeEnd = cursor.span();
      // As our writer writes it: of which sequence it is stands in front.
      if (bytes[cursor.at] === SEQUENCE && bytes[cursor.at + 1] !== TRADE) {
        cursor.at = rangeEnd;
        continue;
      }
      let sequence = 0;
      let first = 0;
      let last = 0;
      cursor.end = rangeEnd;
      while (cursor.at < rangeEnd) {
        const field = cursor.varint();
        if (field === SEQUENCE) sequence = cursor.varint();
        else if (field === FIRST) first = count(cursor.varint(), 'first');
        else if (field === LAST) last = count(cursor.varint(), 'last');
        else cursor.skip(field & 7);
      }
      cursor.end = end;
      if (sequence !== TRADE) continue;
      const { trades } = this;
      trades.known[trades.count] = known;
      trades.firsts[trades.count] = first;
      trades.lasts[trades.count++] = last;
    }
    cursor.end = whole;
    cursor.at = end;
  }

  /** The name of an entry that does not begin with a short one. An empty name is not written. */
  #findName(end: number): void {
    const cursor = this.#cursor;
    const place = this.#place;
    const whole = cursor.end;
    place.nameStart = cursor.at;
    place.nameEnd = cursor.at;
    if (cursor.at === end) return;
    cursor.end = end;
    if (cursor.varint() === INSTRUMENT) {
      place.nameEnd = cursor.span();
      place.nameStart = cursor.at;
    }
    cursor.end = whole;
  }

  #entry(known: Known, bytes: Uint8Array, payloadStart: number, payloadEnd: number): UpdateEntry<Known> {
    const cursor = this.#cursor;
    const place = this.#place;
    const whole = cursor.end;
    cursor.at = place.nameEnd;
    cursor.end = place.end;
    let offset = 0;
    let length = 0;
    while (cursor.at < place.end) {
      const tag = cursor.varint();
      if (tag === OFFSET) offset = cursor.varint();
      else if (tag === LENGTH) length = cursor.varint();
      else if (tag === INSTRUMENT)
        throw new WireError('inconsistent', 'an index entry names its instrument late or twice');
      else cursor.skip(tag & 7);
    }
    cursor.end = whole;
    const start = payloadStart + offset;
    const end = start + length;
    if (end > payloadEnd) {
      const size = payloadEnd - payloadStart;
      throw new WireError('inconsistent', `the index names bytes up to ${offset + length} of a payload of ${size}`);
    }
    return new UpdateEntry(known, bytes, place, start, end);
  }

  #takeEpoch(bytes: Uint8Array, start: number, end: number): void {
    const kept = this.#epochBytes;
    if (kept.length === end - start) {
      let at = 0;
      while (at < kept.length && kept[at] === bytes[start + at]) at++;
      if (at === kept.length) return;
    }
    this.epoch = readText(bytes, start, end);
    this.#epochBytes = bytes.slice(start, end);
  }

  #clock(): SourceClock {
    const cursor = this.#cursor;
    const whole = cursor.end;
    const end = cursor.span();
    const clock: SourceClock = { source: '', timeMs: 0 };
    cursor.end = end;
    while (cursor.at < end) {
      const tag = cursor.varint();
      if (tag === CLOCK_SOURCE) clock.source = cursor.text();
      else if (tag === CLOCK_TIME_MS) clock.timeMs = count(cursor.varint(), 'time_ms');
      else cursor.skip(tag & 7);
    }
    cursor.end = whole;
    return clock;
  }
}
