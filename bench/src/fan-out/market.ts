import { createInstrumentFolds, type InstrumentFold, type Sequence, type Tick, type Update } from '@tapecast/market';
import { BTCUSDT_PAIR, NO_RECORDED_DATA } from '@tapecast/testkit';
import { decodeTick, encodeUpdateBatch } from '@tapecast/wire';
import { recordedTicks } from '../recorded-ticks.ts';
import type { Popularity } from './popularity.ts';

const EPOCH = 'bench.1.0';

const wallUs = (): number => Math.floor((performance.timeOrigin + performance.now()) * 1_000);

/** One copy of the recorded symbol: its own fold, at its own place of the recording. */
class RecordedInstrument {
  readonly #fold: InstrumentFold;
  readonly #ticks: readonly Tick[];
  readonly #sequences: ReadonlySet<Sequence>;
  readonly #name: string;
  #at: number;
  #clockMs = 0;
  #made: Update[] = [];
  /** The number of the last update that was taken, by sequence. */
  readonly last = new Map<Sequence, number>();

  constructor(name: string, ticks: readonly Tick[], from: number, sequences: ReadonlySet<Sequence>) {
    this.#name = name;
    this.#fold = createInstrumentFolds().create(name);
    this.#ticks = ticks;
    this.#at = from;
    this.#sequences = sequences;
  }

  next(receivedAtUs: number): Update {
    while (this.#made.length === 0) this.#step();
    const made = this.#made.shift() as Update;
    this.last.set(made.sequence, made.last);
    return { ...made, receivedAtUs };
  }

  #step(): void {
    const tick = this.#ticks[this.#at] as Tick;
    this.#at = (this.#at + 1) % this.#ticks.length;
    const emit = (update: Update): void => {
      if (this.#sequences.has(update.sequence)) this.#made.push(update);
    };
    if (tick.body.kind === 'clock') {
      this.#clockMs = Math.max(this.#clockMs, tick.body.timeMs);
      this.#fold.clock(this.#clockMs, emit);
    } else this.#fold.apply({ ...tick, instrument: this.#name }, this.#clockMs, emit);
  }
}

/** Records of `md.updates` as compute writes them, made of a real recording under as many names as asked for. */
export class RecordedMarket {
  readonly instruments: readonly RecordedInstrument[];
  readonly names: readonly string[];
  readonly #popularity: Popularity;

  constructor(ticks: readonly Tick[], count: number, sequences: readonly Sequence[], popularity: Popularity) {
    this.names = Array.from({ length: count }, (_, i) => `T${String(i).padStart(5, '0')}$BA`);
    const step = Math.floor(ticks.length / count);
    const wanted = new Set(sequences);
    this.instruments = this.names.map((name, i) => new RecordedInstrument(name, ticks, i * step, wanted));
    this.#popularity = popularity;
  }

  /** A record of one update of each instrument: what a client needs before anything can be a difference. */
  first(): Uint8Array {
    return this.encode(this.names.map((_, i) => i));
  }

  record(updates: number): Uint8Array {
    return this.encode(Array.from({ length: updates }, () => this.#popularity.one()));
  }

  records(count: number, updates: number): Uint8Array[] {
    return Array.from({ length: count }, () => this.record(updates));
  }

  /** A record of one update of each of these, as often as they stand there. `receivedAtUs` is told of all of them. */
  encode(of: readonly number[], receivedAtUs = wallUs()): Uint8Array {
    const updates = new Map<string, Update[]>();
    for (const i of of) {
      const name = this.names[i] as string;
      const update = (this.instruments[i] as RecordedInstrument).next(receivedAtUs);
      const before = updates.get(name);
      if (before === undefined) updates.set(name, [update]);
      else before.push(update);
    }
    return encodeUpdateBatch({ epoch: EPOCH, ticksNext: 1, computedAtUs: receivedAtUs, clocks: [], updates });
  }
}

/** Ticks of the recorded BTCUSDT pair, as ingest makes them. */
export async function readTicks(): Promise<Tick[]> {
  if (NO_RECORDED_DATA !== undefined) throw new Error(NO_RECORDED_DATA);
  return (await recordedTicks(BTCUSDT_PAIR)).map(decodeTick);
}
