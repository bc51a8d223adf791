/** Unix microseconds now. */
export type NowUs = () => number;

/** ms that the monotonic clock may lie off the wall's before it is set again (the wall clock was stepped or slewed). */
const ANCHOR_TOLERANCE_MS = 2;

/** Wall time with the resolution of the monotonic clock: `Date.now` has only ms, which is more than many hops take. */
export function createWallClock(): NowUs {
  let anchorMs = performance.timeOrigin;
  return () => {
    const wallMs = Date.now();
    let nowMs = anchorMs + performance.now();
    if (nowMs - wallMs > ANCHOR_TOLERANCE_MS || wallMs - nowMs > ANCHOR_TOLERANCE_MS) {
      anchorMs += wallMs - nowMs;
      nowMs = wallMs;
    }
    return Math.round(nowMs * 1_000);
  };
}
