/** How far the fine clock may be off the machine's wall time before it is set again: a step, or drift of days. */
const DEVIATION_MS_MAX = 2;

/** Wall time in Unix microseconds, finer than Date.now: hops are compared in fractions of a millisecond. */
export function createWallClock(): () => number {
  let offsetMs = Date.now() - performance.now();
  return () => {
    const fineMs = performance.now() + offsetMs;
    const wallMs = Date.now();
    if (Math.abs(fineMs - wallMs) <= DEVIATION_MS_MAX) return Math.round(fineMs * 1000);
    offsetMs += wallMs - fineMs;
    return wallMs * 1000;
  };
}
