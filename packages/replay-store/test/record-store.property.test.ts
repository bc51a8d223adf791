import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import { openRecordStore, openSharedRecordStore, type RecordStore, StoreSharing } from '../src/index.ts';
import { folder } from './folder.ts';

/** What the contract says, in a map. */
class Model {
  readonly records = new Map<number, number>();
  next = 0;
  oldest = 0;
  trimmed = 0;

  append(offset: number, count: number, seed: number): void {
    for (let at = Math.max(offset, this.next); at < offset + count; at++) {
      if (at > this.next || this.empty) this.oldest = at;
      this.records.set(at, seed + at);
      this.next = at + 1;
    }
  }

  get empty(): boolean {
    return this.trimmed >= this.next;
  }

  trim(below: number): void {
    this.trimmed = Math.max(this.trimmed, Math.min(below, this.next));
    this.oldest = Math.max(this.oldest, this.trimmed);
  }

  from(at: number): [number, number][] {
    return [...this.records].filter(([offset]) => offset >= Math.max(at, this.trimmed));
  }
}

const bytesOf = (number: number): Uint8Array => {
  const value = new Uint8Array(8 + (number % 300));
  new DataView(value.buffer).setFloat64(0, number);
  return value;
};
const numberOf = (value: Uint8Array): number => new DataView(value.buffer, value.byteOffset, 8).getFloat64(0);

const partition = fc.nat({ max: 2 });
const step = fc.oneof(
  fc.record({
    kind: fc.constant('append' as const),
    partition,
    jump: fc.integer({ min: -3, max: 2 }),
    count: fc.nat(9),
  }),
  fc.record({ kind: fc.constant('append' as const), partition, jump: fc.constant(0), count: fc.nat(400) }),
  fc.record({ kind: fc.constant('read' as const), partition, at: fc.nat(1_500), bytes: fc.nat(20_000) }),
  fc.record({ kind: fc.constant('trim' as const), partition, back: fc.integer({ min: -5, max: 500 }) }),
  fc.record({ kind: fc.constant('reopen' as const) }),
);

/** As it is, or as another thread has it. Closed whole. */
async function open(path: string, shared: boolean): Promise<RecordStore> {
  const store = await openRecordStore({ path, bytesMax: 64 * 1024 * 1024, ageMsMax: 300_000 });
  if (!shared) return store;
  const sharing = new StoreSharing(store);
  const seen = openSharedRecordStore(sharing.access());
  const close = seen.close.bind(seen);
  seen.close = async () => {
    await close();
    sharing.close();
    await store.close();
  };
  return seen;
}

test.each([
  { title: 'any appends, reads, trims and restarts give what a map gives', shared: false, numRuns: 30 },
  { title: 'and so they do from another thread', shared: true, numRuns: 10 },
])('$title', async ({ shared, numRuns }) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const path = folder();
      const models = [new Model(), new Model(), new Model()];
      let store = await open(path, shared);
      let seed = 0;
      try {
        for (const one of steps) {
          if (one.kind === 'reopen') {
            await store.close();
            store = await open(path, shared);
            expect(store.rebuilt).toBe(false);
            continue;
          }
          const model = models[one.partition] as Model;
          if (one.kind === 'append') {
            const offset = Math.max(0, model.next + one.jump);
            seed += 10_000;
            const values = Array.from({ length: one.count }, (_, i) => bytesOf(seed + offset + i));
            await store.append([{ partition: one.partition, offset, appendedAtMs: 1, values }]);
            model.append(offset, one.count, seed);
          } else if (one.kind === 'trim') {
            const below = Math.max(0, model.next - one.back);
            await store.trim(one.partition, below);
            model.trim(below);
          } else {
            const got = await store.read(one.partition, one.at, one.bytes);
            const wanted = model.from(one.at);
            expect(got.map(({ offset, value }) => [offset, numberOf(value)])).toEqual(wanted.slice(0, got.length));
            expect(got.length > 0).toBe(wanted.length > 0);
          }
          const bounds = store.bounds(one.partition);
          if (model.next === 0) continue;
          const first = model.from(0)[0]?.[0] ?? model.next;
          expect(bounds).toEqual({ first, oldest: model.empty ? model.next : model.oldest, next: model.next });
        }
      } finally {
        await store.close();
      }
    }),
    { numRuns: numRuns / inject('fewerRuns'), verbose: 1 },
  );
});
