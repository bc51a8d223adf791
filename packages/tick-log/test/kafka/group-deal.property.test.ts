import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dealPartitions, type Joining } from '../../src/kafka/group-deal.ts';

const COUNT_MAX = 24;

/** Members that hold what one deal gave them, of which some are gone, some new, and some claim what is not theirs. */
const joining = fc
  .record({
    count: fc.integer({ min: 1, max: COUNT_MAX }),
    ids: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
    claims: fc.array(fc.array(fc.integer({ min: -2, max: COUNT_MAX + 2 }), { maxLength: COUNT_MAX }), { maxLength: 8 }),
  })
  .map(({ count, ids, claims }) => ({
    count,
    members: ids.map((memberId, index): Joining => ({ memberId, holds: claims[index] ?? [] })),
  }));

const sizes = (shares: ReadonlyMap<string, number[]>): number[] => [...shares.values()].map(({ length }) => length);

describe('dealing partitions', () => {
  test('gives each partition to one member, in even shares, whatever members claim and in whatever order they come', () => {
    fc.assert(
      fc.property(joining, ({ count, members }) => {
        const shares = dealPartitions(members, count);
        const dealt = [...shares.values()].flat().sort((a, b) => a - b);
        expect(dealt).toEqual(Array.from({ length: count }, (_, partition) => partition));
        expect(Math.max(...sizes(shares)) - Math.min(...sizes(shares))).toBeLessThanOrEqual(1);
        expect([...shares.keys()].sort()).toEqual(members.map(({ memberId }) => memberId).sort());
        const reversed = dealPartitions([...members].reverse(), count);
        expect(new Map([...reversed].sort())).toEqual(new Map([...shares].sort()));
      }),
    );
  });

  test('moves what the dead held and what evenness needs, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: COUNT_MAX }),
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 8 }),
        fc.nat(),
        fc.boolean(),
        (count, ids, seed, joins) => {
          const before = dealPartitions(
            ids.map((memberId) => ({ memberId, holds: [] })),
            count,
          );
          const gone = ids[seed % ids.length]!;
          const staying = ids
            .filter((id) => id !== gone)
            .map((memberId) => ({ memberId, holds: before.get(memberId)! }));
          const after = dealPartitions(joins ? [...staying, { memberId: `${gone}new`, holds: [] }] : staying, count);
          const least = Math.floor(count / after.size);
          for (const { memberId, holds } of staying) {
            const kept = after.get(memberId)!.filter((partition) => holds.includes(partition)).length;
            expect(kept).toBeGreaterThanOrEqual(Math.min(holds.length, least));
          }
          // One comes for one that went: nobody else gives anything up.
          if (joins)
            for (const { memberId, holds } of staying)
              expect(after.get(memberId)).toEqual(expect.arrayContaining(holds));
        },
      ),
    );
  });
});
