import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SlowSpell, type StageLimits } from '../../src/slow/stage.ts';

const LIMITS: StageLimits = {
  slowBytes: 1_000,
  slowBytesMax: 5_000,
  caughtUpBytes: 100,
  slowMs: 3_000,
  flapMs: 1_000,
  flapHoldMs: 200,
  flapHoldMsMax: 1_600,
};
const LOOK_MS = 100;

/** Looks as the gateway does, with `unread` bytes at each look; what is asked for is done at once. */
function play(
  unread: readonly number[],
  streams = 3,
  stalled: readonly boolean[] = [],
): { spell: SlowSpell; steps: string[]; merges: number[]; lives: number[] } {
  const spell = new SlowSpell(LIMITS, 0);
  const steps: string[] = [];
  const merges: number[] = [];
  const lives: number[] = [];
  let left = 0;
  for (const [i, bytes] of unread.entries()) {
    const nowMs = i * LOOK_MS;
    const step = spell.look(bytes, nowMs, stalled[i] === true && bytes > 0);
    steps.push(step);
    if (step === 'close') break;
    if (step === 'merge') {
      spell.merge(bytes, nowMs);
      merges.push(nowMs);
      left = streams;
    }
    if (step !== 'catch_up') continue;
    spell.catchUp();
    left--;
    if (left > 0) continue;
    spell.live(nowMs);
    lives.push(nowMs);
  }
  return { spell, steps, merges, lives };
}

describe('stages of a client that does not keep up', () => {
  test('one that stops and comes back is merged, caught up slice by slice, live, and forgotten', () => {
    const unread = [500, 1_001, 1_001, 1_001, 101, 100, 100, 40, 0, ...Array.from({ length: 12 }, () => 0)];
    const { steps, spell } = play(unread);
    expect(steps.slice(0, 9)).toEqual([
      'forget',
      'merge',
      'stay',
      'stay',
      'stay',
      'catch_up',
      'catch_up',
      'catch_up',
      'stay',
    ]);
    expect(steps.at(-1)).toBe('forget');
    expect(spell.stage).toBe('live');
  });

  test('one that hardly reads is closed when its time is over, and at once past the most that may wait', () => {
    const trickle = Array.from({ length: 100 }, (_, i) => 1_400 - i);
    const { steps } = play(trickle);
    expect(steps.at(-1)).toBe('close');
    expect(steps.length * LOOK_MS).toBeLessThanOrEqual(LIMITS.slowMs + 3 * LOOK_MS);
    expect(play([0, 1_200, 5_001]).steps).toEqual(['forget', 'merge', 'close']);
  });

  test('one that reads nothing is merged however little it leaves, and caught up once it has read of that', () => {
    const { steps } = play([60, 60, 60, 60, 31, 30, 30, 30], 1, [false, true, true]);
    expect(steps).toEqual(['forget', 'merge', 'stay', 'stay', 'stay', 'catch_up', 'stay', 'stay']);
  });

  test('one that is slow again and again stays away twice as long each time, up to a bound; a good while ends that', () => {
    const flap = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 1_500 : 0));
    const { merges } = play(flap, 1);
    const gaps = merges.map((at, i) => at - (merges[i - 1] ?? 0)).slice(1);
    expect(gaps[0]).toBeLessThan(1_000);
    for (const [i, gap] of gaps.entries())
      if (i > 0) expect(gap).toBeGreaterThanOrEqual(Math.min(gaps[i - 1] as number, 1_600));
    expect(gaps.at(-1)).toBeGreaterThanOrEqual(1_600);
    const good = play([1_500, 0, 1_500, 0, 0, 0, 0, 0, ...Array.from({ length: 12 }, () => 0), 1_500, 0, 0], 1);
    expect(good.spell.holdMs).toBe(0);
  });

  test('whatever is unread: no more than slowMs of owing, no catch-up over caughtUpBytes, no more than one catch-up a hold', () => {
    const bytes = fc.oneof(fc.nat(100), fc.integer({ min: 101, max: 1_000 }), fc.integer({ min: 1_001, max: 5_200 }));
    const looks = fc.array(fc.tuple(bytes, fc.boolean()), { maxLength: 300 });
    fc.assert(
      fc.property(looks, fc.integer({ min: 1, max: 5 }), (all, streams) => {
        const unread = all.map(([one]) => one);
        const stalled = all.map(([, one]) => one);
        const { steps, lives } = play(unread, streams, stalled);
        let owing = 0;
        let away = false;
        for (const [i, step] of steps.entries()) {
          const at = unread[i] as number;
          if (step === 'catch_up') expect(at).toBeLessThanOrEqual(LIMITS.caughtUpBytes);
          if (step === 'merge' && stalled[i] !== true) expect(at).toBeGreaterThan(LIMITS.slowBytes);
          if (step === 'merge') away = true;
          if (at > LIMITS.slowBytesMax) expect(step).toBe('close');
          if (lives.includes(i * LOOK_MS)) away = false;
          owing = away && at > LIMITS.caughtUpBytes ? owing + LOOK_MS : 0;
          if (step !== 'close') expect(owing).toBeLessThanOrEqual(LIMITS.slowMs + 2 * LOOK_MS);
        }
        for (const [i, at] of lives.entries()) {
          const again = lives.slice(i + 1, i + 4);
          // Three more full catch-ups need at least the holds of two flaps, or a time of being good between them.
          if (again.length === 3) expect((again[2] as number) - at).toBeGreaterThanOrEqual(2 * LIMITS.flapHoldMs);
        }
      }),
      { numRuns: 300 },
    );
  });
});
