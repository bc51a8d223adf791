import { describe, expect, it } from 'vitest';
import { StoreKnowledge } from '../../src/checkpoint/store-knowledge.ts';
import { ATTEMPTS_KEPT } from '../../src/limits.ts';

const at = (ticksNext: number) => ({ epoch: 'e', ticksNext });

describe('what the store has, or may have', () => {
  it('is the acknowledged record and every one of an unknown end since', () => {
    const knowledge = new StoreKnowledge(at(1));
    knowledge.mayHave(at(2));
    knowledge.mayHave('none');
    expect(knowledge.records()).toEqual([at(1), at(2), 'none']);
    for (const record of [at(1), at(2), undefined]) expect(knowledge.covers(record)).toBe(true);
    for (const record of [at(3), { epoch: 'f', ticksNext: 1 }]) expect(knowledge.covers(record)).toBe(false);
    knowledge.has(at(4));
    expect(knowledge.records()).toEqual([at(4)]);
    expect(knowledge.covers(undefined)).toBe(false);
    expect(knowledge.ticksNext).toBe(4);
  });

  it('keeps the acknowledged one however many fail after it', () => {
    const knowledge = new StoreKnowledge(at(0));
    for (let n = 1; n <= ATTEMPTS_KEPT + 5; n += 1) knowledge.mayHave(at(n));
    expect(knowledge.records()).toHaveLength(ATTEMPTS_KEPT + 1);
    expect(knowledge.covers(at(0))).toBe(true);
    expect(knowledge.covers(at(1))).toBe(false);
    expect(knowledge.covers(at(ATTEMPTS_KEPT + 5))).toBe(true);
  });
});
