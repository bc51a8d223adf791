import { CHANNELS, type Channel } from '@tapecast/market';
import type { CatalogueEntry } from '@tapecast/market-state';
import { partitionOf } from '@tapecast/tick-log';
import { NameTable } from '@tapecast/wire';
import type { Fanout } from '../fanout/fanout.ts';
import { INTERVALS_OFFERED_MS } from '../fanout/intervals.ts';
import type { GatewayLimits } from '../limits.ts';
import { HeldInstrument } from './held-instrument.ts';
import type { StateSources } from './instrument-state.ts';
import type { ClockTurn } from './source-clocks.ts';

/** An instrument of the catalogue or of the log. */
export interface KnownInstrument {
  readonly symbol: string;
  readonly partition: number;
  entry: CatalogueEntry | undefined;
  /** Names it within the gateway; 0 until it is first held, then the same for as long as the gateway lives. */
  number: number;
  /** Numbers that its streams were given, each when it was first held; 0: not yet. */
  streamNumbers: Uint32Array | undefined;
  held: HeldInstrument | undefined;
}

export interface InstrumentsOptions {
  partitions: number;
  limits: GatewayLimits;
  fanout: Fanout;
  sources: (symbol: string, partition: number) => StateSources;
  staleSince: (partition: number, venue: string) => number | undefined;
  nowMs: () => number;
}

/**
 * All instruments that there are, and those that are held. An instrument is held while somebody needs its state: a
 * subscription or a REST request. It is let go a while after the last of them, and begins anew when it is held again.
 */
export class Instruments {
  readonly #options: InstrumentsOptions;
  readonly #known = new Map<string, KnownInstrument>();
  /** The same by the bytes of their names, for those who read the log. */
  readonly names = new NameTable<KnownInstrument>();
  readonly #held = new Set<HeldInstrument>();
  #lastNumber = 0;
  #lastStream = 0;

  constructor(options: InstrumentsOptions) {
    this.#options = options;
  }

  get heldCount(): number {
    return this.#held.size;
  }

  get knownCount(): number {
    return this.#known.size;
  }

  known(symbol: string): KnownInstrument | undefined {
    return this.#known.get(symbol);
  }

  all(): IterableIterator<KnownInstrument> {
    return this.#known.values();
  }

  held(): IterableIterator<HeldInstrument> {
    return this.#held.values();
  }

  /** The log or the catalogue has it. */
  note(symbol: string, entry?: CatalogueEntry): KnownInstrument {
    const known = this.#known.get(symbol);
    if (known !== undefined) {
      known.entry = entry ?? known.entry;
      return known;
    }
    const added = {
      symbol,
      partition: partitionOf(symbol, this.#options.partitions),
      entry,
      number: 0,
      streamNumbers: undefined,
      held: undefined,
    };
    this.#known.set(symbol, added);
    this.names.set(symbol, added);
    return added;
  }

  /** The caller gives it back with `release`, once. */
  hold(known: KnownInstrument): HeldInstrument {
    if (known.number === 0) known.number = ++this.#lastNumber;
    let { held } = known;
    if (held === undefined) {
      const { partition, symbol } = known;
      held = new HeldInstrument({
        symbol,
        number: known.number,
        partition,
        venue: known.entry?.venue,
        sources: this.#options.sources(symbol, partition),
        fanout: this.#options.fanout,
        streamNumber: (channel, interval) => this.#streamNumber(known, channel, interval),
        staleSince: (venue) => this.#options.staleSince(partition, venue),
        nowMs: this.#options.nowMs,
      });
      known.held = held;
      this.#held.add(held);
    }
    held.holds++;
    return held;
  }

  release(held: HeldInstrument): void {
    held.holds--;
    if (held.holds === 0) held.releasedAtMs = this.#options.nowMs();
  }

  /** Lets go what nobody has held for a while; `keep`: not what is here, where it could not be read again. */
  sweep(keep = false): void {
    const before = this.#options.nowMs() - this.#options.limits.releaseLingerMs;
    for (const held of this.#held) {
      if (held.holds > 0 || held.releasedAtMs > before || (keep && held.live)) continue;
      this.#forget(held);
    }
  }

  clocksTurned(turns: readonly ClockTurn[]): void {
    for (const { partition, venue } of turns) {
      for (const held of this.#held) if (held.partition === partition && held.venue === venue) held.clockTurned();
    }
  }

  /** The partition's records are of this epoch from now on. */
  epochBegan(partition: number, epoch: string): void {
    for (const held of this.#held) if (held.partition === partition) held.epochBegan(epoch);
  }

  /** Numbers that the partition's streams took, and that are neither told nor given up. */
  waiting(partition: number): number {
    let waiting = 0;
    for (const held of this.#held) if (held.partition === partition) waiting += held.fanout.waiting;
    return waiting;
  }

  close(): void {
    for (const held of this.#held) this.#forget(held);
  }

  #streamNumber(known: KnownInstrument, channel: Channel, interval: number): number {
    known.streamNumbers ??= new Uint32Array(CHANNELS.length * INTERVALS_OFFERED_MS.length);
    const at = CHANNELS.indexOf(channel) * INTERVALS_OFFERED_MS.length + interval;
    if (known.streamNumbers[at] === 0) known.streamNumbers[at] = ++this.#lastStream;
    return known.streamNumbers[at] as number;
  }

  #forget(held: HeldInstrument): void {
    held.stop();
    this.#held.delete(held);
    const known = this.#known.get(held.symbol);
    if (known !== undefined) known.held = undefined;
  }
}
