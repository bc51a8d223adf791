import fc from 'fast-check';
import { expect, it } from 'vitest';
import { partitionOfChannel } from '../../src/redis/channel-names.ts';
import { readEntry } from '../../src/redis/entry.ts';

it('reads what is written, and nothing of bytes that nobody of us wrote', () => {
  const id = fc.stringMatching(/^[\w-]{1,20}$/);
  fc.assert(
    fc.property(
      fc.integer({ min: 1 }),
      id,
      fc.oneof(fc.constant(''), id),
      fc.uint8Array(),
      (number, name, previous, payload) => {
        const entry = Buffer.concat([Buffer.from(`${number}:${name}:${previous}:`), payload]);
        expect(readEntry(entry)).toEqual({ number, id: name, previous, payload: Buffer.from(payload) });
      },
    ),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
      const read = readEntry(noise);
      if (read !== undefined) expect(Number.isSafeInteger(read.number) && read.number > 0 && read.id !== '').toBe(true);
    }),
  );
  for (const text of ['', ':', '1', '1:', '1:a', '1:a:b', '0:a::x', '-1:a::x', '1e3:a::x', '1:::x'])
    expect(readEntry(Buffer.from(text))).toBeUndefined();
});

it('spreads channels over its partitions', () => {
  const counts = new Map<number, number>();
  for (let i = 0; i < 24_000; i += 1) {
    const partition = partitionOfChannel(`gateway:${i.toString(36)}`);
    counts.set(partition, (counts.get(partition) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  expect(Math.min(...counts.values())).toBeGreaterThan(800);
});
