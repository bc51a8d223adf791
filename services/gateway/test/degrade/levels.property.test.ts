import { CHANNELS } from '@tapecast/market';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { intervalMsAt, LoadLevels, levelAt, paceAt, STEP_LAST } from '../../src/degrade/levels.ts';
import { LoadMeter } from '../../src/degrade/load-meter.ts';
import { HELD } from '../../src/fanout/paces.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';

const { degradeAfterMs, restoreAfterMs, restoreBelow, relapseMs, restoreAfterMsMax } = DEFAULT_LIMITS;
const { loadLateMsMax, loadBehindMsMax, loadFlushShareMax, loadWindowMs } = DEFAULT_LIMITS;
const LOOK_MS = 250;

describe('steps of load', () => {
  test('rise by one where the load stayed at its bound, fall by one where it stayed far below, and never else', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ load: fc.constantFrom(0, 0.3, 0.6, 0.99, 1, 2), forMs: fc.integer({ min: 10, max: 15_000 }) }),
          { maxLength: 60 },
        ),
        (spells) => {
          const levels = new LoadLevels(DEFAULT_LIMITS);
          let now = 0;
          const looks: { at: number; load: number }[] = [];
          let changedAt = Number.NEGATIVE_INFINITY;
          for (const { load, forMs } of spells) {
            const end = now + forMs;
            for (; now < end; now += LOOK_MS) {
              looks.push({ at: now, load });
              const before = levels.step;
              const after = levels.look(load, now);
              if (after === before) continue;
              expect(Math.abs(after - before)).toBe(1);
              const spanMs = after > before ? degradeAfterMs : restoreAfterMs;
              const since = looks.filter(({ at }) => at >= now - spanMs);
              for (const look of since) expect(after > before ? look.load >= 1 : look.load < restoreBelow).toBe(true);
              expect(now - changedAt).toBeGreaterThanOrEqual(spanMs);
              changedAt = now;
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  /** What leaving out at a step makes of a demand, and when the steps changed in so long. */
  function play(
    levels: LoadLevels,
    demand: number,
    relief: readonly number[],
    fromMs: number,
    forMs: number,
  ): number[] {
    const changes: number[] = [];
    for (let now = fromMs; now < fromMs + forMs; now += LOOK_MS) {
      const before = levels.step;
      if (levels.look(demand * (relief[before] as number), now) !== before) changes.push(now);
    }
    return changes;
  }
  /** Each step takes away far more than the room that is left below the bound. */
  const RELIEF = [1, 0.9, 0.2, 0.1, 0.05];

  test('do not swing for ever where a step helps so much that the load looks low', () => {
    const levels = new LoadLevels(DEFAULT_LIMITS);
    const changes = play(levels, 1.5, RELIEF, 0, 3_600_000);
    const inHour = (n: number): number => changes.filter((at) => Math.floor(at / 600_000) === n).length;
    // Two a try: a step back, and the one that undoes it.
    expect(inHour(0)).toBeLessThanOrEqual(20);
    expect(inHour(5)).toBeLessThanOrEqual(8);
    expect(levels.level).toBe(2);
  });

  test('go back as soon as ever once that has been over for long', () => {
    const levels = new LoadLevels(DEFAULT_LIMITS);
    play(levels, 1.5, RELIEF, 0, 600_000);
    play(levels, 0, RELIEF, 600_000, 4 * restoreAfterMsMax);
    expect(levels.step).toBe(0);
    const from = 600_000 + 8 * restoreAfterMsMax;
    play(levels, 1.5, RELIEF, from, 3 * degradeAfterMs);
    expect(levels.level).toBe(2);
    const [first] = play(levels, 0, RELIEF, from + 3 * degradeAfterMs, 60_000);
    expect(first! - from - 3 * degradeAfterMs).toBeLessThanOrEqual(restoreAfterMs + LOOK_MS);
    expect(relapseMs).toBeLessThan(restoreAfterMsMax);
  });

  test('leave out what is not core first, then make all rarer, and never leave out a trade', () => {
    const held = (step: number): string[] => CHANNELS.filter((channel) => paceAt(step, channel) === HELD);
    expect(held(1)).toEqual(['depth@20', 'depth@50', 'kline@5m', 'kline@15m', 'kline@30m', 'kline@1h', 'kline@1d']);
    expect(CHANNELS.every((channel) => paceAt(0, channel) === 0)).toBe(true);
    for (const channel of ['trade', 'quote', 'depth@5', 'kline@1m'] as const)
      for (let step = 1; step <= STEP_LAST; step++) {
        expect(held(step)).toEqual(held(1));
        expect(paceAt(step, channel)).toBeGreaterThanOrEqual(paceAt(step - 1, channel));
        expect(paceAt(step, channel) > 0).toBe(levelAt(step) === 2);
      }
    expect(Array.from({ length: STEP_LAST + 1 }, (_, step) => intervalMsAt(step))).toEqual([0, 0, 100, 250, 500]);
  });
});

describe('the load', () => {
  const look = (
    meter: LoadMeter,
    lateMs: number,
    of: { flush?: number; behindMs?: number; unread?: number; cpu?: number; busy?: number; data?: number } = {},
  ) => {
    const elapsedMs = LOOK_MS + lateMs;
    const { flush = 0, behindMs = 0, unread = 0, cpu = 1, busy = 1, data = 1 } = of;
    meter.look({
      ...{ elapsedMs, expectedMs: LOOK_MS, cpuMs: elapsedMs * cpu, busyShare: busy },
      ...{ flushMs: elapsedMs * flush, dataMs: elapsedMs * data, behindMs, unreadShare: unread },
    });
    return meter.load;
  };
  /** What looks of so long say, all together. */
  const during = (meter: LoadMeter, ms: number, lateMs: number, of?: Parameters<typeof look>[2]): number => {
    for (let at = 0; at < ms; at += LOOK_MS + lateMs) look(meter, lateMs, of);
    return meter.load;
  };
  const after = (lateMs: number, of?: Parameters<typeof look>[2]): number =>
    during(new LoadMeter(DEFAULT_LIMITS), loadWindowMs, lateMs, of);

  test('is what half of the time shows, so that long turns are none', () => {
    const meter = new LoadMeter(DEFAULT_LIMITS);
    during(meter, loadWindowMs, 0);
    expect(look(meter, loadWindowMs / 2 - LOOK_MS)).toBe(0);
    expect(during(meter, loadWindowMs / 2, 0)).toBe(0);
    expect(during(meter, loadWindowMs, loadLateMsMax)).toBeCloseTo(1);
    expect(after(-20)).toBe(0);
  });

  test('is known of few looks where each took long, and a single one is past before it counts', () => {
    const meter = new LoadMeter(DEFAULT_LIMITS);
    during(meter, loadWindowMs, 0);
    const long = look(meter, 10 * loadWindowMs);
    expect(long).toBeGreaterThan(1);
    expect(during(meter, degradeAfterMs, 0)).toBe(0);
    look(meter, 10 * loadWindowMs);
    expect(look(meter, 10 * loadWindowMs)).toBe(long);
  });

  test('says nothing of too little time, and nothing of what was before a change', () => {
    const meter = new LoadMeter(DEFAULT_LIMITS);
    expect(look(meter, loadWindowMs / 2 - LOOK_MS - 1)).toBe(0);
    expect(look(meter, loadLateMsMax)).toBeGreaterThan(0);
    meter.forget();
    expect(meter.load).toBe(0);
  });

  test('is not that of others who have the processor, nor of those who come', () => {
    expect(after(loadLateMsMax, { cpu: 0.15 })).toBe(0);
    expect(after(loadLateMsMax, { cpu: 0.225 })).toBeCloseTo(0.5);
    expect(after(loadLateMsMax, { cpu: 0.3 })).toBeCloseTo(1);
    expect(after(loadLateMsMax, { data: 0.25 })).toBe(0);
    expect(after(loadLateMsMax, { data: 0.5 })).toBeCloseTo(1);
    expect(after(loadLateMsMax, { busy: 0.8 })).toBe(0);
    expect(after(loadLateMsMax, { busy: 0.85 })).toBeCloseTo(0.5);
    expect(after(loadLateMsMax, { busy: 0.9 })).toBeCloseTo(1);
  });

  test('is the worst of what is measured', () => {
    expect(after(0, { flush: loadFlushShareMax })).toBeCloseTo(1);
    expect(after(0, { flush: loadFlushShareMax, behindMs: 3 * loadBehindMsMax })).toBeCloseTo(3);
    // What is unread is unread whoever has the processor.
    expect(after(0, { unread: 1, cpu: 0 })).toBeCloseTo(2);
  });
});
