/** Names one ingest session: sortable by its start, different for two starts in the same millisecond. */
export function createSessionId(nowMs: number, random: () => number): string {
  const tail = Math.floor(random() * 36 ** 5)
    .toString(36)
    .padStart(5, '0');
  return `${nowMs.toString(36).padStart(9, '0')}${tail}`;
}
