import type { Update } from '@tapecast/market';
import { createRegistry } from '@tapecast/service-kit';
import type { LogProducer, PartitionBatch } from '@tapecast/tick-log';
import { openUpdateBatch } from '@tapecast/wire';
import { describe, expect, it } from 'vitest';
import { PENDING_UPDATES_MAX } from '../../src/limits.ts';
import { type ComputeMetrics, createComputeMetrics } from '../../src/metrics.ts';
import { Outbox } from '../../src/publish/outbox.ts';
import { Publisher } from '../../src/publish/publisher.ts';
import { until } from '../harness.ts';

/** A log whose acknowledgements the test gives. */
class HeldLog implements LogProducer {
  readonly sends: (readonly PartitionBatch[])[] = [];
  private next = 0;
  private acknowledge: (() => void) | undefined;
  refuse: () => void = () => {};
  open = 0;

  async send(batches: readonly PartitionBatch[]): Promise<Map<number, number>> {
    if (this.open > 0) throw new Error('two sends at once');
    this.open++;
    this.sends.push(batches);
    await new Promise<void>((resolve, reject) => {
      this.acknowledge = resolve;
      this.refuse = () => reject(new Error('refused'));
    });
    this.open--;
    return new Map(batches.map(({ partition }) => [partition, this.next++]));
  }

  ack(): void {
    this.acknowledge?.();
  }

  async close(): Promise<void> {}
}

const update = (seq: number): Update => ({
  sequence: 'trade',
  first: seq,
  last: seq,
  keyframe: true,
  priceDecimals: 0,
  sizeDecimals: 0,
  timestampUs: 1,
  receivedAtUs: 1,
  body: { kind: 'trade', id: '', price: 1, size: 1, side: undefined, conditions: [] },
});

function setUp(given: ComputeMetrics['given'] = () => {}) {
  const log = new HeldLog();
  const failures: Error[] = [];
  const zero = (): number => 0;
  const publisher = new Publisher({
    producer: log,
    flushIntervalMs: 1,
    wallClockUs: () => 123,
    metrics: {
      ...createComputeMetrics(createRegistry(), {
        partitions: zero,
        instruments: zero,
        pendingUpdates: zero,
        lagTicks: zero,
        checkpointAgeSeconds: zero,
        stands: () => [],
      }),
      given,
    },
    onFailure: (error) => failures.push(error),
  });
  const outboxes = [0, 1].map((partition) => {
    const outbox = new Outbox({ partition, epoch: 'e.1.0', ticksNext: 0, updatesNext: 100, onBars: () => {} });
    publisher.open(outbox);
    return { outbox, holder: { instrument: `I${partition}$XX`, list: undefined as Update[] | undefined } };
  });
  const fold = (partition: number, seq: number): void => {
    const { outbox, holder } = outboxes[partition] as (typeof outboxes)[number];
    outbox.pending.add(holder, update(seq));
    outbox.pending.ticksNext = seq;
    publisher.offer();
  };
  return { log, publisher, outboxes, fold, failures };
}

describe('the publisher', () => {
  it('counts as given what the log has acknowledged, and tells how old it was, or is that waits', async () => {
    const given: unknown[] = [];
    const { log, publisher, outboxes, fold } = setUp((...one) => given.push(one));
    const { outbox } = outboxes[0] as (typeof outboxes)[number];
    expect(outbox.ageAt(123)).toBeUndefined();
    outbox.pending.receivedAtUs = 100;
    fold(0, 1);
    fold(0, 2);
    expect(outbox.ageAt(110)).toBe(10);
    await until('a send', () => log.sends.length === 1);
    outbox.pending.receivedAtUs = 105;
    fold(0, 3);
    // What is on its way is older than what waits.
    expect([outbox.ageAt(113), given]).toEqual([13, []]);
    log.ack();
    await until('the second send', () => log.sends.length === 2);
    expect([outbox.ageAt(113), given]).toEqual([8, [[0, 2, 1]]]);
    log.ack();
    await publisher.drained();
    expect([outbox.ageAt(99_999), given.at(-1)]).toEqual([18, [0, 1, 1]]);
  });

  it('sends all partitions at once, one flush at a time, and what came meanwhile with the next', async () => {
    const { log, publisher, fold } = setUp();
    fold(0, 1);
    fold(1, 1);
    await until('a send', () => log.sends.length === 1);
    expect(log.sends[0]?.map(({ partition }) => partition)).toEqual([0, 1]);
    fold(0, 2);
    fold(0, 3);
    log.ack();
    await until('the next send', () => log.sends.length === 2);
    expect(log.sends[1]).toHaveLength(1);
    const batch = openUpdateBatch(log.sends[1]?.[0]?.records[0]?.value as Uint8Array);
    expect(batch.entries[0]?.ranges).toEqual([{ sequence: 'trade', first: 2, last: 3 }]);
    expect(batch).toMatchObject({ epoch: 'e.1.0', ticksNext: 3, computedAtUs: 123 });
    log.ack();
    await publisher.drained();
    await publisher.stop();
  });

  it('cuts only when all that was folded is handed over, and answers when that is acknowledged', async () => {
    const { log, publisher, outboxes, fold } = setUp();
    const { outbox } = outboxes[0] as (typeof outboxes)[number];
    fold(0, 1);
    const events: string[] = [];
    const cut = publisher
      .cut(outbox, () => events.push(`cut with ${outbox.count} pending`))
      .then((updatesNext) => events.push(`acknowledged to ${updatesNext}`));
    expect(events).toEqual([]);
    await until('a send', () => log.sends.length === 1);
    expect(events).toEqual(['cut with 0 pending']);
    fold(0, 2);
    await Promise.resolve();
    expect(events).toHaveLength(1);
    log.ack();
    await cut;
    expect(events[1]).toBe('acknowledged to 1');
    await until('the next send', () => log.sends.length === 2);
    log.ack();
    await publisher.drained();
    await publisher.stop();
  });

  it('answers a cut whose flush failed with nothing, so that no checkpoint waits for ever', async () => {
    const { log, publisher, outboxes, fold, failures } = setUp();
    const { outbox } = outboxes[0] as (typeof outboxes)[number];
    fold(0, 1);
    const cut = publisher.cut(outbox, () => {});
    await until('a send', () => log.sends.length === 1);
    log.refuse();
    expect(await cut).toBeUndefined();
    await until('told', () => failures.length === 1);
    await publisher.drained();
    await publisher.stop();
  });

  it('sends nothing of a partition that left, and all that is owed when it comes back', async () => {
    const { log, publisher, outboxes, fold } = setUp();
    const { outbox } = outboxes[0] as (typeof outboxes)[number];
    fold(0, 1);
    const cut = publisher.cut(outbox, () => {});
    publisher.close(outbox);
    expect(await cut).toBeUndefined();
    fold(1, 1);
    await until('a send', () => log.sends.length === 1);
    expect(log.sends[0]?.map(({ partition }) => partition)).toEqual([1]);
    log.ack();
    await publisher.drained();
    expect(log.sends).toHaveLength(1);
    publisher.open(outbox);
    await until('the owed send', () => log.sends.length === 2);
    expect(log.sends[1]?.map(({ partition }) => partition)).toEqual([0]);
    log.ack();
    await publisher.drained();
    await publisher.stop();
  });

  it('is full at its bound and has room when a flush has taken what is pending', async () => {
    const { log, publisher, outboxes, fold } = setUp();
    fold(0, 1);
    await until('a send', () => log.sends.length === 1);
    const { outbox, holder } = outboxes[1] as (typeof outboxes)[number];
    for (let seq = 1; seq <= PENDING_UPDATES_MAX; seq++) outbox.pending.add(holder, update(seq));
    publisher.offer();
    expect(publisher.full).toBe(true);
    let room = false;
    const waited = publisher.room().then(() => {
      room = true;
    });
    await Promise.resolve();
    expect(room).toBe(false);
    log.ack();
    await waited;
    expect(publisher.full).toBe(false);
    for (let i = 0; i < 20 && publisher.pending + log.open > 0; i++) {
      log.ack();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await publisher.stop();
  });

  it('divides a batch over the bound into several sends and acknowledges the last', async () => {
    const { log, publisher, outboxes } = setUp();
    const { outbox, holder } = outboxes[0] as (typeof outboxes)[number];
    for (let seq = 1; seq <= 9_000; seq++) outbox.pending.add(holder, update(seq));
    publisher.offer();
    const drained = publisher.drained();
    let acknowledged = 0;
    await until('both sends', () => {
      if (log.sends.length > acknowledged) {
        acknowledged++;
        log.ack();
      }
      return log.sends.length === 2 && !outbox.inFlight;
    });
    await drained;
    expect(outbox.updatesNext).toBe(2);
    await publisher.stop();
  });
});
