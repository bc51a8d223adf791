import type { DegradationLimits } from './degradation.ts';

/** Bounds of what is left out under load: what each means stands with its interface, why it is this much here. */
export const DEGRADATION_LIMITS: DegradationLimits = Object.freeze({
  // A turn of 120 ms, so that a trade is older than 100 ms in the mean, which is what the first interval of level 2 makes of it. Below the
  // capacity of a gateway it is 0 to 20.
  loadLateMsMax: 60,
  // Five times the first interval: more than what a failover of the log's broker leaves for a moment once it is over.
  loadBehindMsMax: 500,
  // A saturated loop is busy for 0.95 to 1.0 of the time, one at 0.7 of its capacity for 0.75.
  loadBusyMin: 0.9,
  // A gateway whose clients get more than it can has 0.8 and more.
  loadDataMin: 0.5,
  loadCpuShareMin: 0.3,
  loadFlushShareMax: 0.9,
  loadUnreadShareMax: 0.5,
  // Ten looks, or two of the longest turns that there should be.
  loadWindowMs: 2_000,
  degradeAfterMs: 1_000,
  restoreAfterMs: 10_000,
  restoreBelow: 0.5,
  // What a step back costs is seen after 2 to 4 s.
  relapseMs: 30_000,
  restoreAfterMsMax: 300_000,
  loadFull: 0.75,
  storeGoneMs: 3_000,
  degradedToldMax: 2_000,
});
