import { SourceFences, type Tick, venueOfSource } from '@tapecast/market';
import type { MarketState } from '@tapecast/market-state';
import { partitionOf, type TickLog } from '@tapecast/tick-log';
import { decodeTick, decodeView, WireError } from '@tapecast/wire';
import type { IngestLimits } from '../limits.ts';

/** What the log has of one venue's trades: where who publishes the venue next has to go on. */
export interface LogEnd {
  /** The highest trade id of an instrument; undefined where it has none with a number. */
  lastTradeId(instrument: string): number | undefined;
  /** The newest trades of an instrument whose venue gives no ids, oldest first. */
  recentTrades(instrument: string): readonly Tick[];
  /** Unix µs at which the last tick of the instrument was received, of what was read; undefined: none was there. */
  lastReceivedAtUs(instrument: string): number | undefined;
  /** Unix µs at which the last tick of the venue was received. */
  readonly receivedAtUs: number | undefined;
}

export interface LogEndOptions {
  log: TickLog;
  state: Pick<MarketState, 'record' | 'snapshot' | 'catalogue'>;
  limits: Pick<IngestLimits, 'endRecordsMax' | 'endTradesMax'>;
}

/** The log of a venue of which nothing was ever written. */
export const EMPTY_END: LogEnd = {
  lastTradeId: () => undefined,
  recentTrades: () => [],
  lastReceivedAtUs: () => undefined,
  receivedAtUs: undefined,
};

/**
 * Reads what `md.ticks` has, by venue: from where compute's checkpoint stands, which has the last trades of every
 * instrument, quiet ones too, to the end. What was void by a fence when it was written is left out, as everywhere.
 *
 * Exact only when nobody whose ticks count writes any more: the caller has written a tick of a higher fence to every
 * partition before.
 */
export async function readLogEnd({ log, state, limits }: LogEndOptions): Promise<(venue: string) => LogEnd> {
  const offsets = await log.offsets('md.ticks');
  const perPartitionMax = Math.ceil(limits.endRecordsMax / log.partitions);
  const ends = new Map<string, VenueEnd>();
  const endOf = (venue: string): VenueEnd => {
    let end = ends.get(venue);
    if (end === undefined) {
      end = new VenueEnd(limits.endTradesMax);
      ends.set(venue, end);
    }
    return end;
  };

  const from: number[] = [];
  /** Partitions of which ticks before `from` are in no checkpoint: what they have of quiet instruments is not known. */
  const unknown = new Set<number>();
  for (const [partition, { oldest, end }] of offsets.entries()) {
    const record = await state.record(partition);
    // A record of another pair of topics says nothing about this one.
    const known = record?.epoch.startsWith(`${log.generation}.`) === true ? record.ticksNext : undefined;
    const wanted = Math.min(Math.max(known ?? oldest, oldest), end);
    from.push(Math.max(wanted, end - perPartitionMax));
    if (from[partition]! > wanted || known === undefined) unknown.add(partition);
  }
  if (offsets.some(({ end, oldest }) => end > oldest)) {
    for (const { instrument, venue } of (await state.catalogue()).entries) {
      const partition = partitionOf(instrument, log.partitions);
      if (unknown.has(partition)) continue;
      const snapshot = await state.snapshot(partition, instrument);
      if (snapshot === undefined) continue;
      for (const trade of decodeView(snapshot.view).trades) endOf(venue).id(instrument, trade.id);
    }
  }

  const fences = offsets.map(() => new SourceFences());
  await readTo({
    log,
    from,
    ends: offsets.map(({ end }) => end),
    onTick: (partition, tick) => {
      if (fences[partition]!.passes(tick.source)) endOf(venueOfSource(tick.source)).take(tick);
    },
  });
  return (venue) => ends.get(venue) ?? EMPTY_END;
}

class VenueEnd implements LogEnd {
  readonly #tradesMax: number;
  readonly #ids = new Map<string, number>();
  readonly #recent = new Map<string, Tick[]>();
  readonly #received = new Map<string, number>();
  receivedAtUs: number | undefined;

  constructor(tradesMax: number) {
    this.#tradesMax = tradesMax;
  }

  take(tick: Tick): void {
    const { instrument, receivedAtUs, body } = tick;
    // A mark of who took over says when it did, not that the venue was heard.
    if (body.kind === 'clock') return;
    this.receivedAtUs = Math.max(this.receivedAtUs ?? 0, receivedAtUs);
    this.#received.set(instrument, receivedAtUs);
    if (body.kind !== 'trade') return;
    if (body.id !== '') {
      this.id(instrument, body.id);
      return;
    }
    const recent = this.#recent.get(instrument);
    if (recent === undefined) this.#recent.set(instrument, [tick]);
    else if (recent.push(tick) > this.#tradesMax) recent.shift();
  }

  id(instrument: string, text: string): void {
    const id = Number(text);
    if (text === '' || !Number.isSafeInteger(id)) return;
    this.#ids.set(instrument, Math.max(id, this.#ids.get(instrument) ?? 0));
  }

  lastTradeId(instrument: string): number | undefined {
    return this.#ids.get(instrument);
  }

  recentTrades(instrument: string): readonly Tick[] {
    return this.#recent.get(instrument) ?? [];
  }

  lastReceivedAtUs(instrument: string): number | undefined {
    return this.#received.get(instrument);
  }
}

interface Stretch {
  log: TickLog;
  from: readonly number[];
  ends: readonly number[];
  onTick: (partition: number, tick: Tick) => void;
}

/** Reads each partition from `from` to its `ends`. A log that is away is waited for. */
async function readTo({ log, from, ends, onTick }: Stretch): Promise<void> {
  const open = new Set(ends.keys());
  for (const [partition, end] of ends.entries()) if (from[partition]! >= end) open.delete(partition);
  if (open.size === 0) return;
  let finished: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    finished = resolve;
  });
  const reached = (partition: number, next: number): void => {
    if (next < ends[partition]! || !open.delete(partition)) return;
    if (open.size === 0) finished();
  };
  const reader = await log.read({
    topic: 'md.ticks',
    from: (partition) => from[partition]!,
    onRecords: (partition, records) => {
      for (const { offset, value } of records) {
        if (offset >= ends[partition]!) break;
        const tick = decoded(value);
        if (tick !== undefined) onTick(partition, tick);
      }
      reached(partition, records.at(-1)!.offset + 1);
    },
    onGap: ({ partition, to }) => reached(partition, to),
  });
  try {
    await Promise.race([done, log.failed.then((error) => Promise.reject(error))]);
  } finally {
    await reader.close();
  }
}

/** What nobody can read is nobody's trade. */
function decoded(value: Uint8Array): Tick | undefined {
  try {
    return decodeTick(value);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
