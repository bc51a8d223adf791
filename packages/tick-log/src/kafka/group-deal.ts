/** A member as it asks to join: with the partitions that it holds at the time. */
export interface Joining {
  memberId: string;
  holds: readonly number[];
}

/**
 * Deals partitions 0..count−1 evenly (shares differ by one at most) and moves as few as that needs: a member keeps what it
 * holds, up to its share. Depends on nothing but its arguments, not on their order. Of two that claim one partition the
 * first by id has it.
 */
export function dealPartitions(members: readonly Joining[], count: number): Map<string, number[]> {
  const free = new Set(Array.from({ length: count }, (_, partition) => partition));
  const claims = [...members]
    .sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
    .map(({ memberId, holds }) => ({ memberId, kept: holds.filter((partition) => free.delete(partition)) }))
    // Larger shares go to those that hold most: they would have to give one up otherwise.
    .sort((a, b) => b.kept.length - a.kept.length);
  const least = Math.floor(count / claims.length);
  const larger = count % claims.length;
  const shares = claims.map(({ memberId, kept }, index) => {
    const size = index < larger ? least + 1 : least;
    for (const partition of kept.slice(size)) free.add(partition);
    return { memberId, size, kept: kept.slice(0, size) };
  });
  const left = [...free].sort((a, b) => a - b);
  return new Map(
    shares.map(({ memberId, size, kept }) => [
      memberId,
      [...kept, ...left.splice(0, size - kept.length)].sort((a, b) => a - b),
    ]),
  );
}
