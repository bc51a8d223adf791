import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../src/logging.ts';
import { createSteadyClock } from '../src/steady-clock.ts';

const HOUR_MS = 3_600_000;
const START_MS = 1_700_000_000_000;

/** A machine whose clocks are set by hand. */
class Machine {
  now = 5_000;
  wall = START_MS;
  boot = 90_000;
  readonly jumps: number[] = [];
  readonly clock: () => number;

  constructor() {
    const logger = createLogger('test', 'silent');
    logger.warn = ((entry: { byMs: number }) => void this.jumps.push(entry.byMs)) as typeof logger.warn;
    this.clock = createSteadyClock(logger, {
      wallMs: () => Math.floor(this.wall),
      monotonicMs: () => this.now,
      sinceBootMs: () => this.boot,
    });
  }

  pass(ms: number): void {
    this.now += ms;
    this.wall += ms;
    this.boot += ms;
  }
}

describe('the steady clock', () => {
  it('is the wall clock in finer steps while that behaves', () => {
    const machine = new Machine();
    for (let i = 0; i < 1_000; i += 1) {
      machine.pass(7.3);
      expect(Math.abs(machine.clock() / 1_000 - machine.wall)).toBeLessThanOrEqual(2);
    }
    expect(machine.jumps).toEqual([]);
  });

  it.each([HOUR_MS, -HOUR_MS])('does not leap when the wall clock jumps by %d ms, and says so once', (by) => {
    const machine = new Machine();
    machine.pass(100);
    const before = machine.clock();
    machine.wall += by;
    machine.pass(1_000);
    const passed = (machine.clock() - before) / 1_000;
    expect(passed).toBeGreaterThan(900);
    expect(passed).toBeLessThan(1_100);
    for (let i = 0; i < 100; i += 1) {
      machine.pass(1_000);
      machine.clock();
    }
    expect(machine.jumps).toHaveLength(1);
    expect(Math.abs(machine.jumps[0]! - by)).toBeLessThan(100);
    // Led back by 5 s in 100.
    expect(Math.abs((machine.clock() - before) / 1_000 - 101_000)).toBeCloseTo(5_050, -2);
    machine.wall -= by;
    machine.pass(120_000);
    machine.clock();
    expect(Math.abs(machine.clock() / 1_000 - machine.wall)).toBeLessThanOrEqual(2);
  });

  it('takes over at once what a suspended machine slept', () => {
    const machine = new Machine();
    machine.clock();
    machine.wall += HOUR_MS;
    machine.boot += HOUR_MS;
    machine.pass(10);
    expect(Math.abs(machine.clock() / 1_000 - machine.wall)).toBeLessThanOrEqual(2);
    expect(machine.jumps).toEqual([]);
  });

  it('never goes back, whatever the wall clock does', () => {
    const steps = fc.array(
      fc.record({
        pass: fc.double({ min: 0, max: 5_000, noNaN: true }),
        by: fc.integer({ min: -HOUR_MS, max: HOUR_MS }),
        jumps: fc.boolean(),
      }),
      { maxLength: 50 },
    );
    fc.assert(
      fc.property(steps, (list) => {
        const machine = new Machine();
        let last = machine.clock();
        for (const { pass, by, jumps } of list) {
          if (jumps) machine.wall += by;
          machine.pass(pass);
          const now = machine.clock();
          expect(now).toBeGreaterThanOrEqual(last);
          expect(now - last).toBeLessThanOrEqual(pass * 1_051 + 1);
          last = now;
        }
      }),
    );
  });
});
