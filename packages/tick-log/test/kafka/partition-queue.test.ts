import { expect, test } from 'vitest';
import { Failure } from '../../src/failure.ts';
import { PartitionQueue } from '../../src/kafka/partition-queue.ts';

function records(from: number, to: number) {
  return Array.from({ length: to - from }, (_, index) => ({
    offset: from + index,
    key: undefined,
    value: new Uint8Array(300_000),
    appendedAtMs: 0,
  }));
}

interface Heard {
  events: string[];
  release: () => void;
}

function queueWith(running = new Map<number, Promise<void>>()): Heard & { queue: PartitionQueue; drained: number[] } {
  const heard: Heard = { events: [], release: () => {} };
  const drained: number[] = [];
  const handlers = {
    onRecords: (_: number, list: readonly { offset: number }[]) => {
      heard.events.push(`records ${list.map(({ offset }) => offset).join()}`);
      return new Promise<void>((resolve) => {
        heard.release = resolve;
      });
    },
    onGap: ({ from, to }: { from: number; to: number }) => void heard.events.push(`gap ${from}-${to}`),
    onEnd: (_: number, end: number) => void heard.events.push(`end ${end}`),
  };
  const queue = new PartitionQueue(0, handlers, running, new Failure(), () => drained.push(queue.position));
  return Object.assign(heard, { queue, drained });
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('records, gaps and the end come in order, each call after the last one is done', async () => {
  const heard = queueWith();
  heard.queue.records(records(0, 2), 6);
  heard.queue.gap({ partition: 0, from: 2, to: 5 });
  heard.queue.records(records(5, 6), 6);
  heard.queue.fetched(6);
  expect(heard.events).toEqual(['records 0,1']);
  expect(heard.queue.position).toBe(2);
  heard.release();
  await settled();
  expect(heard.events).toEqual(['records 0,1', 'gap 2-5', 'records 5']);
  heard.release();
  await settled();
  expect(heard.events.at(-1)).toBe('end 6');
  expect(heard.queue.position).toBe(6);
});

test('it is full past its bound, and says when it is not any more', async () => {
  const heard = queueWith();
  heard.queue.records(records(0, 4), 8);
  expect(heard.queue.full).toBe(true);
  heard.queue.fetched(8);
  expect(heard.drained).toEqual([]);
  heard.release();
  await settled();
  expect(heard.queue.full).toBe(false);
  expect(heard.drained).toEqual([4]);
});

test('after a stop nothing more is handed over, and a new start waits for the handler that still runs', async () => {
  const running = new Map<number, Promise<void>>();
  const first = queueWith(running);
  first.queue.records(records(0, 1), 9);
  first.queue.records(records(1, 2), 9);
  first.queue.fetched(9);
  first.queue.stop();
  const second = queueWith(running);
  second.queue.records(records(0, 1), 9);
  second.queue.fetched(9);
  await settled();
  expect(second.events).toEqual([]);
  first.release();
  await settled();
  expect(first.events).toEqual(['records 0']);
  expect(second.events).toEqual(['records 0']);
});
