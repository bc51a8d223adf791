import { describe, expect, it } from 'vitest';
import { createKeys, partitionTag, SLOTS, slotOf } from '../src/keys.ts';

describe('slotOf', () => {
  // From the Redis Cluster specification: the CRC of '123456789', and the slot of foo in its example.
  it.each([
    ['123456789', 0x31c3],
    ['foo', 12_182],
  ])('of %s is %i', (tag, slot) => expect(slotOf(tag)).toBe(slot));
});

describe('partitionTag', () => {
  it.each([
    [24, 3, 0],
    [24, 6, 0],
    [24, 4, 0],
    [12, 3, 0],
    [48, 12, 0],
    [4, 3, 1],
    [8, 3, 1],
    [16, 5, 2],
    [24, 10, 1],
  ])(
    'spreads %i partitions over %i masters, the fullest having %i more than the emptiest',
    (partitions, masters, difference) => {
      const held = new Array<number>(masters).fill(0);
      for (let partition = 0; partition < partitions; partition += 1) {
        const master = Math.floor((slotOf(partitionTag(partition)) * masters) / SLOTS);
        held[master]! += 1;
      }
      expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(difference);
    },
  );

  it('is another for each partition, and stays as it is: it is part of stored keys', () => {
    const tags = Array.from({ length: 1_024 }, (_, partition) => partitionTag(partition));
    expect(new Set(tags).size).toBe(tags.length);
    expect(tags.slice(0, 4)).toEqual(['0.178', '1.128', '2.251', '3.16']);
  });
});

it('puts all keys of a partition into one slot', () => {
  const keys = createKeys('tapecast').partition(7);
  const all = [keys.meta, keys.views, keys.folds, keys.bars('BTCUSDT$BA', '1m')];
  expect(new Set(all.map((key) => /\{(.+?)\}/.exec(key)?.[1]))).toEqual(new Set([partitionTag(7)]));
  expect(new Set(all).size).toBe(all.length);
});
