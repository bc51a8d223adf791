import { expect, test } from 'vitest';
import { murmur2, partitionOf } from '../src/partition.ts';

/** From Apache Kafka's own `UtilsTest.testMurmur2`. */
const KAFKA_VECTORS: readonly [string, number][] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

test.each(KAFKA_VECTORS)('murmur2 of %s is what the Java client computes', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash);
});

test('the sign is cut off, not turned', () => {
  expect(partitionOf('21', 24)).toBe((-973932308 & 0x7fffffff) % 24);
  expect(partitionOf('foobar', 24)).toBe((-790332482 & 0x7fffffff) % 24);
});

test('keys beyond ASCII are hashed as UTF-8', () => {
  expect(partitionOf('ÄÖ$CN', 1 << 30)).toBe((murmur2(new TextEncoder().encode('ÄÖ$CN')) & 0x7fffffff) % (1 << 30));
});

test('instruments spread over the partitions', () => {
  const counts = Array.from({ length: 24 }, () => 0);
  for (let n = 0; n < 24_000; n += 1) counts[partitionOf(`SYM${n}$US`, 24)]! += 1;
  expect(Math.min(...counts)).toBeGreaterThan(850);
  expect(Math.max(...counts)).toBeLessThan(1_150);
});
