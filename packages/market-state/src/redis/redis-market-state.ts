import { randomUUID } from 'node:crypto';
import type { Interval } from '@tapecast/market';
import {
  BARS_KEPT,
  type CatalogueEntry,
  type Checkpoint,
  type InstrumentRecord,
  type KnownRecord,
  type MarketState,
  type PartitionRecord,
} from '../contract.ts';
import { MarketStateError } from '../errors.ts';
import { createKeys, type Keys } from '../keys.ts';
import { INSTRUMENTS_PER_READ } from '../limits.ts';
import { checkCheckpoint, checkPartition } from '../validation.ts';
import { Calls, type Step } from './calls.ts';
import { connectCluster, type MarketStateLogger, type StateCluster } from './connection.ts';
import { chunks, packBar, packKnown, packRecord, packView, unpackBar, unpackRecord, unpackView } from './packing.ts';

export interface RedisMarketStateOptions {
  /** `host:port` of some nodes of the cluster; the others are found through them. */
  nodes: readonly string[];
  logger?: MarketStateLogger | undefined;
  /** First part of every key. Systems of different namespaces share a cluster without seeing each other. */
  namespace?: string | undefined;
  /** Default CALL_TIMEOUT_MS. */
  callTimeoutMs?: number | undefined;
  /** Default OPEN_TIMEOUT_MS. */
  openTimeoutMs?: number | undefined;
}

/** Connects, and rejects with `unavailable` when no cluster answers within `openTimeoutMs`. */
export async function openRedisMarketState(options: RedisMarketStateOptions): Promise<MarketState> {
  const cluster = await connectCluster(options.nodes, options.logger, options.openTimeoutMs);
  return new RedisMarketState(cluster, createKeys(options.namespace ?? 'tapecast'), new Calls(options.callTimeoutMs));
}

class RedisMarketState implements MarketState {
  readonly #redis: StateCluster;
  readonly #keys: Keys;
  readonly #calls: Calls;
  /** Names this process in fences; never used again. */
  readonly #owner = randomUUID();
  /** Numbers this process's acquires and writes, see scripts.lua.ts. */
  #lastNumber = 0;
  /** The record of each acquired partition as we last read or wrote it, in its stored form. */
  readonly #records = new Map<number, string | undefined>();

  constructor(redis: StateCluster, keys: Keys, calls: Calls) {
    this.#redis = redis;
    this.#keys = keys;
    this.#calls = calls;
  }

  async acquire(partition: number): Promise<{ fence: number; record: PartitionRecord | undefined }> {
    checkPartition(partition);
    const { meta } = this.#keys.partition(partition);
    const attempt = this.#nextNumber();
    const [fence, record] = await this.#calls.run('acquire', (step) =>
      step(() => this.#redis.acquirePartition(meta, this.#owner, attempt)),
    );
    this.#records.set(partition, record ?? undefined);
    return { fence: Number(fence), record: record === null ? undefined : unpackRecord(record) };
  }

  async instruments(partition: number): Promise<InstrumentRecord[]> {
    checkPartition(partition);
    const { meta, views, folds } = this.#keys.partition(partition);
    return this.#calls.run('instruments', async (step) => {
      const names = await step(() => this.#redis.hkeys(views));
      const found: InstrumentRecord[] = [];
      let expected = this.#records.get(partition);
      let known = this.#records.has(partition);
      for (let from = 0; from === 0 || from < names.length; from += INSTRUMENTS_PER_READ) {
        const part = names.slice(from, from + INSTRUMENTS_PER_READ);
        const [stored, ...values] = await step(() => this.#redis.readInstrumentsBuffer(meta, views, folds, ...part));
        const record = stored?.toString();
        if (!known) {
          expected = record;
          known = true;
        }
        // A failover between two reads may have taken us back: older instruments under a newer record would lose ticks.
        if (record !== expected) throw superseded(partition, 'its record changed while its instruments were read');
        part.forEach((instrument, i) => {
          const view = values[i * 2];
          const fold = values[i * 2 + 1];
          if (view && fold) found.push({ instrument, fold, ...unpackView(view) });
        });
      }
      return found;
    });
  }

  async checkpoint(
    partition: number,
    fence: number,
    checkpoint: Checkpoint,
    standsOn?: readonly KnownRecord[],
  ): Promise<'written' | 'fenced'> {
    checkPartition(partition);
    checkCheckpoint(checkpoint);
    const { meta } = this.#keys.partition(partition);
    const record = packRecord(checkpoint.record);
    const { epoch, ticksNext } = checkpoint.record;
    const round = this.#nextNumber();
    const known = packKnown(standsOn);
    let calls = 0;
    const guard = (): (string | number)[] => {
      calls += 1;
      return [fence, this.#owner, round, calls, epoch, ticksNext, known];
    };
    const outcome = await this.#calls.run('checkpoint', async (step) => {
      for (const write of this.#writes(partition, checkpoint, guard)) {
        const refused = await this.#write(partition, step, write);
        if (refused) return refused;
      }
      const last = guard();
      return (await this.#write(partition, step, () => this.#redis.writeRecord(meta, ...last, record))) ?? 'written';
    });
    if (outcome === 'written') this.#records.set(partition, record);
    return outcome;
  }

  /**
   * Bars go first: an instrument that is ahead of the record is not folded again after a takeover, so whatever its fold
   * gave must be there already.
   */
  *#writes(
    partition: number,
    { bars, instruments }: Checkpoint,
    guard: () => (string | number)[],
  ): Generator<() => Promise<string>> {
    const keys = this.#keys.partition(partition);
    for (const chunk of chunks(bars, (bar) => bar.update.length)) {
      const barKeys = chunk.map((bar) => keys.bars(bar.instrument, bar.interval));
      const values = chunk.flatMap((bar) => [bar.startMs, packBar(bar)]);
      const guarded = guard();
      yield () => this.#redis.writeBars(1 + barKeys.length, keys.meta, ...barKeys, ...guarded, BARS_KEPT, ...values);
    }
    for (const chunk of chunks(instruments, ({ view, fold }) => view.length + fold.length)) {
      const values = chunk.flatMap((record) => [record.instrument, packView(record), Buffer.from(record.fold)]);
      const guarded = guard();
      yield () => this.#redis.writeInstruments(keys.meta, keys.views, keys.folds, ...guarded, ...values);
    }
  }

  async clear(partition: number, fence: number): Promise<'written' | 'fenced'> {
    checkPartition(partition);
    const { meta, views, folds } = this.#keys.partition(partition);
    const number = this.#nextNumber();
    const outcome = await this.#calls.run('clear', (step) =>
      this.#write(partition, step, () => this.#redis.clearPartition(meta, views, folds, fence, this.#owner, number, 1)),
    );
    if (outcome === undefined) this.#records.set(partition, undefined);
    return outcome ?? 'written';
  }

  async record(partition: number): Promise<PartitionRecord | undefined> {
    checkPartition(partition);
    const { meta } = this.#keys.partition(partition);
    const text = await this.#calls.run('record', (step) => step(() => this.#redis.hget(meta, 'record')));
    return text === null ? undefined : unpackRecord(text);
  }

  async snapshot(
    partition: number,
    instrument: string,
  ): Promise<{ view: Uint8Array; updatesNext: number } | undefined> {
    checkPartition(partition);
    const { views } = this.#keys.partition(partition);
    const packed = await this.#calls.run('snapshot', (step) => step(() => this.#redis.hgetBuffer(views, instrument)));
    if (packed === null) return undefined;
    const { view, updatesNext } = unpackView(packed);
    return { view, updatesNext };
  }

  async bars(
    partition: number,
    instrument: string,
    interval: Interval,
    range: { fromMs: number; toMs: number; limit: number },
  ): Promise<Uint8Array[]> {
    checkPartition(partition);
    if (range.limit < 1) return [];
    const key = this.#keys.partition(partition).bars(instrument, interval);
    const newestFirst = await this.#calls.run('bars', (step) =>
      step(() => this.#redis.zrevrangebyscoreBuffer(key, range.toMs, range.fromMs, 'LIMIT', 0, range.limit)),
    );
    return newestFirst.reverse().map(unpackBar);
  }

  async putCatalogue(entries: readonly CatalogueEntry[]): Promise<void> {
    const { catalogue, catalogueVersion } = this.#keys;
    const values = entries.map((entry) => [entry.instrument, JSON.stringify(entry)] as const);
    await this.#calls.run('putCatalogue', async (step) => {
      for (const chunk of chunks(values, ([name, text]) => name.length + text.length)) {
        await step(() => this.#redis.putCatalogue(catalogue, catalogueVersion, ...chunk.flat()));
      }
    });
  }

  async catalogue(): Promise<{ version: number; entries: CatalogueEntry[] }> {
    const { catalogue, catalogueVersion } = this.#keys;
    const [version, ...entries] = await this.#calls.run('catalogue', (step) =>
      step(() => this.#redis.readCatalogue(catalogue, catalogueVersion)),
    );
    return { version: Number(version), entries: entries.map(unpackCatalogueEntry) };
  }

  async catalogueVersion(): Promise<number> {
    const { catalogueVersion } = this.#keys;
    return Number(
      (await this.#calls.run('catalogueVersion', (step) => step(() => this.#redis.get(catalogueVersion)))) ?? 0,
    );
  }

  async close(): Promise<void> {
    this.#calls.close();
    this.#redis.disconnect();
  }

  /** Undefined when it was written. */
  async #write(partition: number, step: Step, send: () => Promise<string>): Promise<'fenced' | undefined> {
    const reply = await step(send);
    if (reply === 'superseded') {
      throw superseded(partition, 'what the write stands on is not there, or a later one of this process came first');
    }
    return reply === 'fenced' ? 'fenced' : undefined;
  }

  #nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }
}

function superseded(partition: number, why: string): MarketStateError {
  return new MarketStateError('superseded', `partition ${partition}: ${why}; acquire it again`);
}

/** JSON leaves out what is undefined; the type has the keys. */
function unpackCatalogueEntry(text: string): CatalogueEntry {
  // Written by `putCatalogue` and nothing else.
  const entry = JSON.parse(text) as Partial<CatalogueEntry> & Pick<CatalogueEntry, 'instrument' | 'name' | 'venue'>;
  return {
    instrument: entry.instrument,
    name: entry.name,
    venue: entry.venue,
    priceDecimals: entry.priceDecimals,
    sizeDecimals: entry.sizeDecimals,
  };
}
