import { createInstrumentFolds, type Update } from '@tapecast/market';
import type { InstrumentRecord, PartitionRecord } from '@tapecast/market-state';
import { decodeView } from '@tapecast/wire';
import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { captureChanged } from '../../src/checkpoint/capture.ts';
import { decodeSavedState } from '../../src/checkpoint/saved-state.ts';
import { PartitionFold } from '../../src/folds/partition-fold.ts';
import { PendingUpdates } from '../../src/publish/pending-updates.ts';
import { CanonicalUpdates, canonicalUpdate } from '../canonical.ts';
import { random, type StreamRecord, tickStream } from '../tick-stream.ts';

const EPOCH = 'test.1.0';
const reports = {
  hole: () => {},
  failed: (_instrument: string, _offset: number, error: unknown) => {
    throw error;
  },
};
const START = { ticksNext: 0, clocks: {}, sources: {} };
const newFold = (position = START) =>
  new PartitionFold({ factory: createInstrumentFolds(), epoch: EPOCH, position, reports });

/** What Redis holds: each part may be of another checkpoint when one was cut off. */
interface Store {
  record: PartitionRecord;
  instruments: Map<string, InstrumentRecord>;
}

/** A worker as the simulation drives it: folds, flushes, is killed. */
class Worker {
  readonly fold: PartitionFold;
  pending: PendingUpdates;
  private readonly stream: readonly StreamRecord[];

  constructor(stream: readonly StreamRecord[], store: Store) {
    this.stream = stream;
    this.fold = newFold(store.record as typeof START & PartitionRecord);
    for (const { instrument, view, fold, ticksNext } of store.instruments.values()) {
      const decoded = decodeView(view);
      expect(decoded.instrument).toBe(instrument);
      this.fold.restore({ instrument, view: decoded, saved: decodeSavedState(fold), ticksNext });
    }
    this.pending = new PendingUpdates(EPOCH, this.fold.ticksNext);
  }

  get done(): boolean {
    return this.fold.ticksNext >= this.stream.length;
  }

  step(ticks: number): void {
    for (let i = 0; i < ticks && !this.done; i++) {
      const offset = this.fold.ticksNext;
      const tick = this.stream[offset];
      if (tick === undefined) this.fold.skipCorrupt(offset, this.pending);
      else this.fold.fold(offset, tick, this.pending);
    }
  }

  take(): PendingUpdates {
    const taken = this.pending;
    taken.seal();
    this.pending = new PendingUpdates(EPOCH, this.fold.ticksNext);
    return taken;
  }
}

function reference(stream: readonly StreamRecord[]): CanonicalUpdates {
  const worker = new Worker(stream, { record: { epoch: EPOCH, updatesNext: 0, ...START }, instruments: new Map() });
  worker.step(stream.length);
  const updates = new CanonicalUpdates();
  publish(worker.take(), updates);
  return updates;
}

function publish(batch: PendingUpdates, into: CanonicalUpdates): void {
  for (const [instrument, list] of batch.updates) for (const update of list) into.add(batch.epoch, instrument, update);
}

/**
 * One partition through random kills, flushes that are lost with their worker, checkpoints over many turns while folding
 * goes on, and checkpoints of which the store got only the first writes. Returns what the log then says.
 */
async function throughKills(seed: number, stream: readonly StreamRecord[]): Promise<CanonicalUpdates> {
  const next = random(seed);
  const updates = new CanonicalUpdates();
  const store: Store = { record: { epoch: EPOCH, updatesNext: 0, ...START }, instruments: new Map() };
  let updatesNext = 0;
  let worker = new Worker(stream, store);
  const flush = (): void => {
    publish(worker.take(), updates);
    updatesNext++;
  };
  while (!worker.done || worker.pending.owed) {
    worker.step(1 + Math.floor(next() * 40));
    const roll = next();
    if (roll < 0.5) flush();
    else if (roll < 0.7) {
      // Cuts: what is pending is handed over, the state copied, and folding goes on before the next turn.
      const capture = await captureChanged(
        worker.fold,
        async (run) => {
          if (worker.pending.owed) flush();
          run();
          worker.step(Math.floor(next() * 15));
          return updatesNext;
        },
        () => {},
        0,
      );
      if (capture === undefined) throw new Error('no cut was refused');
      const cutOff = next() < 0.4 ? Math.floor(next() * capture.instruments.length) : Number.POSITIVE_INFINITY;
      capture.instruments.slice(0, cutOff).forEach((record) => {
        store.instruments.set(record.instrument, record);
      });
      if (cutOff === Number.POSITIVE_INFINITY) store.record = capture.record;
      else {
        worker.fold.giveBack(capture.entries);
        if (next() < 0.7) worker = new Worker(stream, store);
      }
    } else if (roll < 0.78) {
      // Killed; of what it had not flushed, the log may have got it all the same, unacknowledged.
      if (next() < 0.5) flush();
      worker = new Worker(stream, store);
    }
  }
  return updates;
}

describe('a partition fold', () => {
  it('gives the same updates through kills, partial checkpoints and doubles as in one run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 700 }), async (ticks, kills, length) => {
        const stream = tickStream(ticks, length);
        const through = await throughKills(kills, stream);
        expect(through.dump()).toBe(reference(stream).dump());
      }),
      { numRuns: 150 / inject('fewerRuns'), endOnFailure: false },
    );
  });

  it('gives the same updates for the ticks without their doubles', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const stream = tickStream(seed, 300);
        const seen = new Set<string>();
        const newest = new Map<string, number>();
        const once = stream.filter((tick): tick is NonNullable<typeof tick> => {
          if (tick === undefined) return false;
          const key = `${tick.source} ${tick.sourceSeq}`;
          // By the definition: taken once, and never after a later one of its source.
          const fresh = !seen.has(key) && tick.sourceSeq > (newest.get(tick.source) ?? 0);
          seen.add(key);
          if (fresh) newest.set(tick.source, tick.sourceSeq);
          return fresh;
        });
        expect(reference(once).dump()).toBe(reference(stream).dump());
      }),
      { numRuns: 40 / inject('fewerRuns') },
    );
  });

  it('shows what it captured as the state that the updates made', async () => {
    const stream = tickStream(7, 600);
    const worker = new Worker(stream, { record: { epoch: EPOCH, updatesNext: 0, ...START }, instruments: new Map() });
    worker.step(stream.length);
    const last = new Map<string, Update>();
    for (const [instrument, list] of worker.take().updates)
      for (const update of list) last.set(`${instrument} ${update.sequence}`, update);
    const capture = await captureChanged(
      worker.fold,
      async (run) => {
        run();
        return 1;
      },
      () => {},
    );
    expect(capture?.instruments.length).toBeGreaterThan(5);
    for (const record of capture?.instruments ?? []) {
      const view = decodeView(record.view);
      for (const [sequence, seq] of Object.entries(view.seqs))
        expect(seq).toBe(last.get(`${record.instrument} ${sequence}`)?.last ?? 0);
      const trade = last.get(`${record.instrument} trade`);
      if (trade !== undefined) expect(canonicalUpdate(trade)).toContain(`"id":"${view.trades.at(-1)?.id}"`);
    }
  });
});
