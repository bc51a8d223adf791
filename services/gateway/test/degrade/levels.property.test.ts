import { CHANNELS } from '@tapecast/market';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LoadLevels, paceAt } from '../../src/degrade/levels.ts';
import { LoadMeter } from '../../src/degrade/load-meter.ts';
import { HELD } from '../../src/fanout/paces.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';

const { degradeAfterMs, restoreAfterMs, restoreBelow, loadLateMsMax, loadLooks } = DEFAULT_LIMITS;

describe('levels of load', () => {
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
            for (; now < end; now += 250) {
              looks.push({ at: now, load });
              const before = levels.level;
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

  test('leave out what is not core first, then make all rarer, and never leave out a trade', () => {
    const held = (level: 1 | 2): string[] => CHANNELS.filter((channel) => paceAt(level, channel) === HELD);
    expect(held(1)).toEqual(['depth@20', 'depth@50', 'kline@5m', 'kline@15m', 'kline@30m', 'kline@1h', 'kline@1d']);
    expect(held(2)).toEqual(held(1));
    expect(CHANNELS.every((channel) => paceAt(0, channel) === 0)).toBe(true);
    for (const channel of ['trade', 'quote', 'depth@5', 'kline@1m'] as const) {
      expect(paceAt(1, channel)).toBe(0);
      expect(paceAt(2, channel)).toBeGreaterThan(0);
    }
  });
});

describe('the load', () => {
  const meter = new LoadMeter(DEFAULT_LIMITS);
  const look = (lateMs: number, flushMs = 0, unreadShare = 0, cpuShare = 1): number => {
    const elapsedMs = 250 + lateMs;
    meter.look({ elapsedMs, expectedMs: 250, cpuMs: elapsedMs * cpuShare, flushMs, unreadShare });
    return meter.load;
  };

  test('is the mean of its looks, so that one long turn is none', () => {
    for (let i = 0; i < loadLooks; i++) look(0);
    expect(look(loadLateMsMax)).toBeCloseTo(1 / loadLooks);
    for (let i = 0; i < loadLooks; i++) look(loadLateMsMax);
    expect(look(loadLateMsMax)).toBeCloseTo(1);
    for (let i = 0; i < loadLooks; i++) look(0);
    expect(look(-20)).toBe(0);
  });

  test('is not that of others who have the processor', () => {
    for (let i = 0; i < loadLooks; i++) look(loadLateMsMax, 0, 0, 0.15);
    expect(look(loadLateMsMax, 0, 0, 0.15)).toBeCloseTo(0.25);
    for (let i = 0; i < loadLooks; i++) look(loadLateMsMax, 0, 0, 0.7);
    expect(look(loadLateMsMax, 0, 0, 0.7)).toBeCloseTo(1);
    for (let i = 0; i < loadLooks; i++) look(0);
  });

  test('is the worst of what is measured', () => {
    for (let i = 0; i < loadLooks; i++) look(0, 225);
    expect(look(0, 225)).toBeCloseTo(1);
    expect(look(0, 225, 1)).toBeCloseTo(2);
  });
});
