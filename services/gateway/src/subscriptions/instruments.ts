import type { CatalogueEntry } from '@tapecast/market-state';
import { partitionOf } from '@tapecast/tick-log';
import type { Fanout } from '../fanout/fanout.ts';
import type { GatewayLimits } from '../limits.ts';
import { HeldInstrument } from './held-instrument.ts';
import type { StateSources } from './instrument-state.ts';
import type { ClockTurn } from './source-clocks.ts';

/** An instrument of the catalogue or of the log. */
export interface KnownInstrument {
  readonly symbol: string;
  readonly partition: number;
  entry: CatalogueEntry | undefined;
  /** Names it in Protobuf frames; 0 until it is first held, then the same for as long as the gateway lives. */
  number: number;
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
  readonly #held = new Set<HeldInstrument>();
  #lastNumber = 0;

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
      held: undefined,
    };
    this.#known.set(symbol, added);
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

  /** Lets go what nobody has held for a while. */
  sweep(): void {
    const before = this.#options.nowMs() - this.#options.limits.releaseLingerMs;
    for (const held of this.#held) {
      if (held.holds > 0 || held.releasedAtMs > before) continue;
      this.#forget(held);
    }
  }

  clocksTurned(turns: readonly ClockTurn[]): void {
    for (const { partition, venue } of turns) {
      for (const held of this.#held) if (held.partition === partition && held.venue === venue) held.clockTurned();
    }
  }

  close(): void {
    for (const held of this.#held) this.#forget(held);
  }

  #forget(held: HeldInstrument): void {
    held.stop();
    this.#held.delete(held);
    const known = this.#known.get(held.symbol);
    if (known !== undefined) known.held = undefined;
  }
}
