import type { Tick } from '@tapecast/market';
import { type MarketState, openMemoryMarketState } from '@tapecast/market-state';
import { createLogger, createRegistry, type Logger, type Registry, type RunningService } from '@tapecast/service-kit';
import { openMemoryTickLog, type TickLog } from '@tapecast/tick-log';
import { decodeTick } from '@tapecast/wire';
import { type IngestConfig, ingestSchema } from '../src/config.ts';
import { startIngest } from '../src/ingest.ts';
import type { IngestLimits } from '../src/limits.ts';

export interface IngestRun {
  service: RunningService;
  log: TickLog;
  state: MarketState;
  metrics: Registry;
  /** All ticks so far by partition, in the log's order. */
  byPartition: Tick[][];
  /** Ticks of one instrument, in order. */
  of(instrument: string): Tick[];
  /** Sum of a counter over its labels that match. */
  metric(name: string, labels?: Record<string, string>): Promise<number>;
  close(): Promise<void>;
}

export interface RunOptions {
  partitions?: number;
  limits?: Partial<IngestLimits>;
  /** The log is away until this resolves: it takes nothing, and nothing fails. */
  gate?: Promise<void>;
  /** Default: none of its lines are seen. */
  logger?: Logger;
}

/** Ingest on memory drivers, with all that it writes read back as any reader would. */
export async function runIngest(
  options: Partial<IngestConfig>,
  { partitions = 4, limits, gate, logger = createLogger('ingest', 'silent') }: RunOptions = {},
): Promise<IngestRun> {
  const log = openMemoryTickLog({ partitions });
  const state = openMemoryMarketState();
  const metrics = createRegistry();
  const byPartition: Tick[][] = Array.from({ length: partitions }, () => []);
  const reader = await log.read({
    topic: 'md.ticks',
    from: () => 'earliest',
    onRecords: (partition, records) => {
      for (const record of records) byPartition[partition]!.push(decodeTick(record.value));
    },
    onGap: (gap) => {
      throw new Error(`the memory log lost ${gap.from}..${gap.to} of partition ${gap.partition}`);
    },
  });
  const service = await startIngest({
    config: ingestSchema.parse(options),
    log: gate === undefined ? log : behind(gate, log),
    state,
    ...(limits === undefined ? {} : { limits }),
    logger,
    metrics,
  });
  return {
    service,
    log,
    state,
    metrics,
    byPartition,
    of: (instrument) => byPartition.flat().filter((tick) => tick.instrument === instrument),
    metric: async (name, labels = {}) => {
      const values = (await metrics.getSingleMetric(name)?.get())?.values ?? [];
      return values
        .filter((value) => Object.entries(labels).every(([key, text]) => value.labels[key] === text))
        .reduce((sum, value) => sum + value.value, 0);
    },
    close: async () => {
      await service.stop();
      await reader.close();
      await state.close();
      await log.close();
    },
  };
}

/** Waits for a condition with a deadline, looking each few ms. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Every source counts 1, 2, 3 … in each partition. Returns what is wrong. */
export function sequenceFaults(byPartition: readonly (readonly Tick[])[]): string[] {
  const faults: string[] = [];
  for (const [partition, ticks] of byPartition.entries()) {
    const last = new Map<string, number>();
    for (const tick of ticks) {
      const expected = (last.get(tick.source) ?? 0) + 1;
      if (tick.sourceSeq !== expected)
        faults.push(`${partition} ${tick.source}: ${tick.sourceSeq}, expected ${expected}`);
      last.set(tick.source, tick.sourceSeq);
    }
  }
  return faults;
}

/** A book kept from ticks by their definition: a snapshot replaces, a delta sets, a size of 0 removes. Prices as text. */
export class BookOfTicks {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();
  venueSeq = 0;

  apply(tick: Tick): void {
    const { body } = tick;
    if (body.kind !== 'bookSnapshot' && body.kind !== 'bookDelta') return;
    this.venueSeq = body.venueSeq ?? 0;
    for (const [side, levels] of [
      [this.bids, body.bids],
      [this.asks, body.asks],
    ] as const) {
      if (body.kind === 'bookSnapshot') side.clear();
      for (let i = 0; i < levels.length; i += 2) {
        const price = decimalText(levels[i]!, tick.priceDecimals);
        if (levels[i + 1] === 0) side.delete(price);
        else side.set(price, decimalText(levels[i + 1]!, tick.sizeDecimals));
      }
    }
  }
}

/** Units as the shortest decimal text, made with integers only. */
export function decimalText(units: number, decimals: number): string {
  const digits = String(units).padStart(decimals + 1, '0');
  return shortest(decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`);
}

/** '061.5000' → '61.5', as text. */
export function shortest(text: string): string {
  const plain = text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
  return plain.replace(/^0+(?=\d)/, '');
}

/** The log as it looks while its brokers are away: a send waits. */
function behind(gate: Promise<void>, log: TickLog): TickLog {
  return {
    partitions: log.partitions,
    generation: log.generation,
    failed: log.failed,
    read: (options) => log.read(options),
    join: (options) => log.join(options),
    offsets: (topic) => log.offsets(topic),
    offsetsAt: (topic, atMs) => log.offsetsAt(topic, atMs),
    close: () => log.close(),
    producer: async (topic) => {
      const producer = await log.producer(topic);
      return {
        send: async (batches) => {
          await gate;
          return producer.send(batches);
        },
        close: () => producer.close(),
      };
    },
  };
}
