import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import {
  EMPTY_RING,
  type KeyRing,
  plan,
  publishedKeys,
  reconcile,
  revoke,
  signingKey,
} from '../../src/keys/key-ring.ts';
import { type RingTimes, ringTimes, timesDisagree } from '../../src/keys/ring-times.ts';
import { KEYS_MAX } from '../../src/limits.ts';

/** Replication takes some ms; a master that is cut off stops taking writes after the node timeout of 1 s. */
const FAILOVER_LOSES_MS = 3_000;

/** Instances with clocks of their own, one store, and verifiers that keep what they fetched for as long as they may. */
class World {
  readonly times: RingTimes;
  trueMs = 1_700_000_000_000;
  /** What the store went through; the last is what it has now. */
  readonly history: KeyRing[] = [];
  writtenMs = 0;
  readonly instances: { offsetMs: number; phaseMs: number; held: KeyRing }[];
  /** Of each verifier: the names it fetched, and when. */
  readonly verifiers: { phaseMs: number; known: Set<string>; fetchedMs: number }[];
  readonly tokens: { kid: string; expiresMs: number }[] = [];
  readonly signers: string[] = [];
  #made = 0;

  constructor(times: RingTimes, offsets: readonly number[], phases: readonly number[]) {
    this.times = times;
    this.instances = offsets.map((offsetMs, i) => ({
      offsetMs: Math.round(offsetMs * times.clockDifferenceMs),
      phaseMs: Math.round((phases[i] ?? 0) * times.refreshMs),
      held: EMPTY_RING,
    }));
    for (const instance of this.instances) this.look(instance);
    this.verifiers = phases.map((phase) => ({
      phaseMs: Math.round(phase * times.jwksMaxAgeMs),
      known: new Set<string>(),
      fetchedMs: Number.NEGATIVE_INFINITY,
    }));
  }

  readonly makeKey = () => {
    this.#made += 1;
    return { kid: `key-${this.#made}`, x: '', d: '' };
  };

  clockOf(instance: { offsetMs: number }): number {
    return this.trueMs + instance.offsetMs;
  }

  look(instance: World['instances'][number], rotateNow = false): void {
    const nowMs = this.clockOf(instance);
    const ring = reconcile(this.history.at(-1), instance.held, nowMs, this.times);
    instance.held = plan(ring, nowMs, this.times, this.makeKey, rotateNow);
    if (instance.held !== this.history.at(-1)) this.write(instance.held);
  }

  write(ring: KeyRing): void {
    this.history.push(ring);
    this.writtenMs = this.trueMs;
  }

  /** One step of true time: looks that are due, tokens of each instance, fetches that are due. */
  step(byMs: number, everyVerifier: (missing: string) => void): void {
    this.trueMs += byMs;
    for (const instance of this.instances) {
      if ((this.trueMs + instance.phaseMs) % this.times.refreshMs < byMs) this.look(instance);
      const nowMs = this.clockOf(instance);
      const { kid } = signingKey(instance.held, nowMs)!;
      if (this.signers.at(-1) !== kid && !this.signers.includes(kid)) this.signers.push(kid);
      this.tokens.push({ kid, expiresMs: nowMs + this.times.tokenMsMax });
      for (const verifier of this.verifiers) {
        if (verifier.known.size > 0 && !verifier.known.has(kid)) everyVerifier(`${kid} is unknown to a verifier`);
      }
    }
    this.verifiers.forEach((verifier, i) => {
      if (this.trueMs - verifier.fetchedMs < this.times.jwksMaxAgeMs) return;
      const from = this.instances[(i + Math.floor(this.trueMs / 7)) % this.instances.length]!;
      verifier.known = new Set(publishedKeys(from.held, this.clockOf(from)).map(({ kid }) => kid));
      // Verifiers do not all ask in the same moment.
      verifier.fetchedMs = verifier.fetchedMs > 0 ? this.trueMs : this.trueMs - verifier.phaseMs;
    });
  }

  /** Names of keys that live tokens need and some instance does not publish. */
  unpublished(): string[] {
    const live = new Set(this.tokens.filter(({ expiresMs }) => expiresMs > this.trueMs).map(({ kid }) => kid));
    return this.instances.flatMap((instance) => {
      const published = new Set(publishedKeys(instance.held, this.clockOf(instance)).map(({ kid }) => kid));
      return [...live].filter((kid) => !published.has(kid) && !this.revoked(kid));
    });
  }

  revoked(kid: string): boolean {
    return this.history.some((ring) => ring.revoked.some((one) => one.kid === kid));
  }
}

const times = fc
  .tuple(fc.constantFrom(3_000, 10_000, 60_000, 3_600_000), fc.integer({ min: 5, max: 20 }))
  .map(([rotateEveryMs, tokenSeconds]) => ringTimes(rotateEveryMs, tokenSeconds));
// Of any two at most the allowed difference.
const offsets = fc.array(fc.double({ min: -0.5, max: 0.5, noNaN: true }), { minLength: 1, maxLength: 3 });
const phases = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 5 });

describe('the key ring', () => {
  it('changes keys so that nobody lacks one: verifiers know each key that signs, tokens are good to their end', () => {
    fc.assert(
      fc.property(times, offsets, phases, (of, clocks, when) => {
        const world = new World(of, clocks, when);
        const stepMs = of.refreshMs / 2;
        const steps = Math.ceil((4 * of.rotateEveryMs) / stepMs);
        // A day's ring is mostly waiting: what happens is near the changes.
        for (let i = 0; i < Math.min(steps, 600); i += 1) {
          const by = steps > 600 && i % 60 === 0 ? of.rotateEveryMs / 4 : stepMs;
          if (by > stepMs) {
            // Everyone looks and fetches in the time that is left out.
            world.trueMs += by;
            for (const instance of world.instances) world.look(instance);
            for (const verifier of world.verifiers) verifier.fetchedMs = Number.NEGATIVE_INFINITY;
            for (const verifier of world.verifiers) verifier.known.clear();
          }
          world.step(stepMs, (missing) => expect.fail(missing));
          for (const { held } of world.instances) {
            expect(held.keys.length).toBeLessThanOrEqual(KEYS_MAX);
            expect(
              held.keys.filter((key) => key.signsFromMs !== undefined && key.signsUntilMs === undefined),
            ).toHaveLength(1);
            expect(held.keys.filter((key) => key.signsFromMs === undefined)).toHaveLength(1);
          }
          if (i % 10 === 0) expect(world.unpublished()).toEqual([]);
        }
        expect(world.signers.length).toBeGreaterThan(2);
      }),
      { numRuns: 40 / inject('fewerRuns') },
    );
  });

  it('finds its way back after failovers that lose writes, restarts and changes by hand', () => {
    const event = fc.record({
      kind: fc.constantFrom('lose', 'lose', 'empty', 'restart', 'rotate', 'revoke'),
      which: fc.nat(2),
      afterSteps: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(offsets, phases, fc.array(event, { minLength: 1, maxLength: 6 }), (clocks, when, events) => {
        const of = ringTimes(10_000, 15);
        const world = new World(of, clocks, when);
        const stepMs = of.refreshMs / 2;
        const calm = (steps: number): void => {
          for (let i = 0; i < steps; i += 1) world.step(stepMs, () => undefined);
        };
        calm(40);
        for (const { kind, which, afterSteps } of events) {
          const instance = world.instances[which % world.instances.length]!;
          const nowMs = world.clockOf(instance);
          // The last write alone, for good, while it is new: what is older has reached the replicas.
          const isNew = world.trueMs - world.writtenMs < FAILOVER_LOSES_MS;
          if (kind === 'lose' && isNew && world.history.length > 1) world.history.pop();
          if (kind === 'empty') world.history.length = 0;
          // The memory of one that starts again is the store's.
          if (kind === 'restart' && world.history.length > 0) {
            instance.held = EMPTY_RING;
            world.look(instance);
          }
          if (kind === 'rotate') world.look(instance, true);
          if (kind === 'revoke') {
            const { kid } = signingKey(instance.held, nowMs)!;
            world.look(instance);
            instance.held = plan(revoke(instance.held, kid, nowMs), nowMs, of, world.makeKey);
            world.write(instance.held);
          }
          calm(4);
          expect(world.unpublished()).toEqual([]);
          const rings = world.instances.map((each) => JSON.stringify(each.held));
          // One may have written since the others looked; after another look they are equal.
          for (const each of world.instances) world.look(each);
          for (const each of world.instances) world.look(each);
          expect(new Set(world.instances.map((each) => JSON.stringify(each.held))).size, rings.join('\n')).toBe(1);
          for (const each of world.instances)
            for (const { kid } of publishedKeys(each.held, world.clockOf(each)))
              expect(each.held.revoked.some((one) => one.kid === kid)).toBe(false);
          calm(afterSteps);
          expect(world.unpublished()).toEqual([]);
        }
      }),
      { numRuns: 60 / inject('fewerRuns') },
    );
  });
});

describe('single cases', () => {
  const of = ringTimes(86_400_000, 900);
  const makeKeys = () => {
    let made = 0;
    return () => {
      made += 1;
      return { kid: `key-${made}`, x: '', d: '' };
    };
  };

  it('has for a day’s rotation: 5 min of cache, a next key at once, two days two keys and a half', () => {
    expect(of).toMatchObject({ jwksMaxAgeMs: 300_000, refreshMs: 5_000, clockDifferenceMs: 5_000, leadMs: 315_000 });
    const makeKey = makeKeys();
    const first = plan(EMPTY_RING, 1_000_000, of, makeKey);
    expect(first.keys.map(({ kid, signsFromMs }) => [kid, signsFromMs])).toEqual([
      ['key-1', 1_000_000],
      ['key-2', undefined],
    ]);
    expect(plan(first, 1_000_001, of, makeKey)).toBe(first);
    const due = 1_000_000 + 86_400_000;
    expect(plan(first, due - of.activationMs - 1, of, makeKey)).toBe(first);
    const second = plan(first, due - of.activationMs, of, makeKey);
    expect(signingKey(second, due - 1)?.kid).toBe('key-1');
    expect(signingKey(second, due)?.kid).toBe('key-2');
    expect(publishedKeys(second, due + of.publishedAfterMs - 1).map(({ kid }) => kid)).toContain('key-1');
    expect(publishedKeys(second, due + of.publishedAfterMs).map(({ kid }) => kid)).toEqual(['key-2', 'key-3']);
  });

  it('gives verifiers their time when an operator wants another key, and none when a key is revoked', () => {
    const makeKey = makeKeys();
    const first = plan(EMPTY_RING, 1_000_000, of, makeKey);
    const rotated = plan(first, 1_001_000, of, makeKey, true);
    expect(rotated.keys.find(({ kid }) => kid === 'key-2')?.signsFromMs).toBe(1_000_000 + of.leadMs);
    const revoked = plan(revoke(first, 'key-1', 1_002_000), 1_002_000, of, makeKey);
    expect(signingKey(revoked, 1_002_000)?.kid).toBe('key-2');
    expect(revoked.keys.map(({ kid }) => kid)).toEqual(['key-2', 'key-4']);
    expect(revoked.revoked.map(({ kid }) => kid)).toEqual(['key-1']);
    expect(revoke(first, 'no such key', 1)).toBe(first);
  });

  it('lets no retired key sign again when the one that signs is revoked with its successor chosen already', () => {
    const makeKey = makeKeys();
    const first = plan(EMPTY_RING, 1_000_000, of, makeKey);
    const due = 1_000_000 + of.rotateEveryMs;
    const second = plan(first, due - of.activationMs, of, makeKey);
    const again = due + of.rotateEveryMs - of.activationMs;
    const third = plan(plan(second, due, of, makeKey), again, of, makeKey);
    expect(signingKey(third, again)?.kid).toBe('key-2');
    // As after a rotation by hand, the first is published still.
    const kept = { ...third, keys: [...second.keys.filter(({ kid }) => kid === 'key-1'), ...third.keys] };
    expect(signingKey(revoke(kept, 'key-2', again), again)?.kid).toBe('key-3');
  });

  it('goes on rotating after a clock that was a year ahead was put right', () => {
    const makeKey = makeKeys();
    const wrong = plan(EMPTY_RING, 1_000_000 + 365 * 86_400_000, of, makeKey);
    const right = plan(wrong, 1_000_000, of, makeKey);
    expect(signingKey(right, 1_000_000)?.kid).toBe('key-1');
    const later = plan(right, 1_000_000 + 86_400_000, of, makeKey);
    expect(signingKey(later, 1_000_000 + 86_400_000 + of.activationMs)?.kid).toBe('key-2');
  });

  it('refuses durations that need more keys than the ring has room for, and says what would do', () => {
    expect(timesDisagree(of)).toBe('');
    expect(timesDisagree(ringTimes(3_000, 15))).toBe('');
    expect(timesDisagree(ringTimes(10_000, 900))).toMatch(/rotate every 65000 ms or more seldom/);
    expect(timesDisagree(ringTimes(65_000, 900))).toBe('');
  });
});
