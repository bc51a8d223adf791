import type { Tick, TickBody } from '@tapecast/market';
import type { IngestMetrics } from '../metrics.ts';
import type { TickPublisher } from '../publish/publisher.ts';

/** A tick before its source numbers it. */
export type UnnumberedTick = Omit<Tick, 'source' | 'sourceSeq' | 'receivedAtUs'>;

export interface TickSourceOptions {
  venue: string;
  /** As ticks carry it: `<venue>/<session>`, and `#<fence>` where the writer has one. */
  name: string;
  partitions: number;
  partitionOf: (key: string, partitions: number) => number;
  encode: (tick: Tick) => Uint8Array;
  publisher: Pick<TickPublisher, 'push'>;
  metrics: IngestMetrics;
}

interface Route {
  partition: number;
  key: Uint8Array;
}

/**
 * One venue in one ingest session. Numbers each partition's ticks 1, 2, 3 … without a hole in the order of the calls, so
 * that the fold can drop what it has and report what it misses. Encoding throws before a number is used up.
 */
export class TickSource {
  readonly name: string;
  readonly #options: TickSourceOptions;
  readonly #lastSeq: number[];
  readonly #routes = new Map<string, Route>();
  readonly #counters;
  readonly #clockGauge;
  #clockMs = 0;

  constructor(options: TickSourceOptions) {
    this.#options = options;
    this.name = options.name;
    this.#lastSeq = Array.from({ length: options.partitions }, () => 0);
    const count = (kind: TickBody['kind']) => options.metrics.ticksTaken.labels(options.venue, kind);
    this.#counters = {
      trade: count('trade'),
      quote: count('quote'),
      bookSnapshot: count('bookSnapshot'),
      bookDelta: count('bookDelta'),
      bar: count('bar'),
      status: count('status'),
      clock: count('clock'),
    };
    this.#clockGauge = options.metrics.clockMs.labels(options.venue);
  }

  get clockMs(): number {
    return this.#clockMs;
  }

  emit(tick: UnnumberedTick, receivedAtUs: number): void {
    let route = this.#routes.get(tick.instrument);
    if (route === undefined) {
      const { partitionOf, partitions } = this.#options;
      route = { partition: partitionOf(tick.instrument, partitions), key: new TextEncoder().encode(tick.instrument) };
      this.#routes.set(tick.instrument, route);
    }
    this.#push(route.partition, route.key, tick, receivedAtUs);
    this.#counters[tick.body.kind].inc();
  }

  /** Tells every partition the source's time. Never goes back: an earlier time is left out. */
  clock(timeMs: number, receivedAtUs: number): void {
    if (timeMs <= this.#clockMs) return;
    this.#clockMs = timeMs;
    this.#clockGauge.set(timeMs);
    this.mark(timeMs, receivedAtUs);
  }

  /** A tick to every partition, which says who speaks, and the time where it is known (else 0, which moves nothing). */
  mark(timeMs: number, receivedAtUs: number): void {
    const tick: UnnumberedTick = {
      instrument: '',
      exchangeTimeUs: undefined,
      priceDecimals: 0,
      sizeDecimals: 0,
      body: { kind: 'clock', timeMs },
    };
    for (let partition = 0; partition < this.#options.partitions; partition++) {
      this.#push(partition, undefined, tick, receivedAtUs);
    }
    this.#counters.clock.inc(this.#options.partitions);
  }

  #push(partition: number, key: Uint8Array | undefined, tick: UnnumberedTick, receivedAtUs: number): void {
    const sourceSeq = this.#lastSeq[partition]! + 1;
    const value = this.#options.encode({
      instrument: tick.instrument,
      source: this.name,
      sourceSeq,
      exchangeTimeUs: tick.exchangeTimeUs,
      receivedAtUs,
      priceDecimals: tick.priceDecimals,
      sizeDecimals: tick.sizeDecimals,
      body: tick.body,
    });
    this.#lastSeq[partition] = sourceSeq;
    this.#options.publisher.push(partition, key, value);
  }
}
