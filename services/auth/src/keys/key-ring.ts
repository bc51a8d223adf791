import { KEYS_MAX, REVOCATION_MS, REVOCATIONS_MAX } from '../limits.ts';
import type { RingTimes } from './ring-times.ts';

/** An Ed25519 key. `kid` is the RFC 7638 thumbprint of the public part, `x` and `d` are those of its JWK. */
export interface KeyMaterial {
  readonly kid: string;
  readonly x: string;
  readonly d: string;
}

/**
 * One key and its times, Unix ms. It waits (published, `signsFromMs` undefined), signs, and retires (`signsUntilMs` and
 * `publishedUntilMs` are given with the next key's `signsFromMs`, all at once). Times are decided ahead, so that all
 * instances change over by the clock and without asking.
 */
export interface RingKey extends KeyMaterial {
  readonly publishedFromMs: number;
  readonly signsFromMs: number | undefined;
  readonly signsUntilMs: number | undefined;
  readonly publishedUntilMs: number | undefined;
}

/** A key that must never be published again, whoever still has it in memory. */
export interface Revocation {
  readonly kid: string;
  readonly forgetAtMs: number;
}

/** What all instances agree on. Nothing of it changes but by the functions here. */
export interface KeyRing {
  readonly keys: readonly RingKey[];
  readonly revoked: readonly Revocation[];
}

export const EMPTY_RING: KeyRing = { keys: [], revoked: [] };

/**
 * The key that signs at this moment: of those that have not retired the last whose time has come, and where none has, the
 * first to come (a clock that is behind; a key that was revoked when its successor was chosen already). A retired key never
 * signs again: it is published only for as long as the tokens need that it signed before.
 */
export function signingKey(ring: KeyRing, nowMs: number): RingKey | undefined {
  let chosen: RingKey | undefined;
  for (const key of ring.keys) {
    if (key.signsFromMs === undefined || (key.signsUntilMs ?? Number.POSITIVE_INFINITY) <= nowMs) continue;
    const best = chosen?.signsFromMs;
    const better =
      best === undefined ||
      (key.signsFromMs <= nowMs ? best > nowMs || key.signsFromMs > best : key.signsFromMs < best);
    if (better) chosen = key;
  }
  return chosen;
}

/** The keys that verifiers are told: those that sign, will sign, or signed tokens that may be alive. */
export function publishedKeys(ring: KeyRing, nowMs: number): RingKey[] {
  return ring.keys.filter(({ publishedUntilMs }) => publishedUntilMs === undefined || publishedUntilMs > nowMs);
}

/**
 * The ring as it should be now; the same object where nothing is due. There is always a next key, published as soon as
 * the one before it was chosen to sign: a change of keys, planned or not, then never waits for verifiers.
 */
export function plan(
  ring: KeyRing,
  nowMs: number,
  times: RingTimes,
  makeKey: () => KeyMaterial,
  /** An operator's wish: the next key signs as soon as it may, whatever the age of the one that does. */
  rotateNow = false,
): KeyRing {
  let keys = publishedKeys(ring, nowMs).map((key) => notFarAhead(key, nowMs, times));
  let current = keys.find((key) => key.signsFromMs !== undefined && key.signsUntilMs === undefined);
  let next = keys.find((key) => key.signsFromMs === undefined);
  if (current === undefined) {
    current = { ...(next ?? fresh(makeKey(), nowMs)), signsFromMs: nowMs };
    keys = [...keys.filter((key) => key !== next), current];
    next = undefined;
  }
  const at = next === undefined ? undefined : changeoverMs(current, next, nowMs, times, rotateNow);
  if (at !== undefined) {
    const retiring = { ...current, signsUntilMs: at, publishedUntilMs: at + times.publishedAfterMs };
    const chosen = { ...next!, signsFromMs: at };
    keys = [...keys.filter((key) => key !== current && key !== next), retiring, chosen];
    next = undefined;
  }
  // Where there is no room the change of keys waits: the key that signs goes on.
  if (next === undefined && keys.length < KEYS_MAX) keys = [...keys, fresh(makeKey(), nowMs)];
  const revoked = ring.revoked.filter(({ forgetAtMs }) => forgetAtMs > nowMs);
  const same =
    keys.length === ring.keys.length &&
    revoked.length === ring.revoked.length &&
    keys.every((key, i) => key === ring.keys[i]);
  return same ? ring : { keys, revoked };
}

/** When the next key takes over, if that is to be decided now. */
function changeoverMs(
  current: RingKey,
  next: RingKey,
  nowMs: number,
  times: RingTimes,
  rotateNow: boolean,
): number | undefined {
  const known = next.publishedFromMs + times.leadMs;
  const due = rotateNow ? nowMs : current.signsFromMs! + times.rotateEveryMs;
  const earliest = Math.max(known, due);
  // The wish of an operator is decided now, also where verifiers must be given time; the clock's only when it is near.
  if (!rotateNow && nowMs + times.activationMs < earliest) return undefined;
  return Math.max(earliest, nowMs + times.activationMs);
}

const fresh = (material: KeyMaterial, nowMs: number): RingKey => ({
  ...material,
  publishedFromMs: nowMs,
  signsFromMs: undefined,
  signsUntilMs: undefined,
  publishedUntilMs: undefined,
});

/** Written by a clock that was far ahead, the times of the key that signs would stop the rotation until they come. */
function notFarAhead(key: RingKey, nowMs: number, times: RingTimes): RingKey {
  const latest = nowMs + times.leadMs + times.activationMs + 2 * times.clockDifferenceMs;
  if (key.signsUntilMs !== undefined || Math.max(key.publishedFromMs, key.signsFromMs ?? 0) <= latest) return key;
  return {
    ...key,
    publishedFromMs: Math.min(key.publishedFromMs, nowMs),
    signsFromMs: key.signsFromMs === undefined ? undefined : Math.min(key.signsFromMs, nowMs),
  };
}

/** Takes the key out at once, with every token that it signed. `plan` then lets the next one sign. */
export function revoke(ring: KeyRing, kid: string, nowMs: number): KeyRing {
  if (!ring.keys.some((key) => key.kid === kid)) return ring;
  return without(ring, [{ kid, forgetAtMs: nowMs + REVOCATION_MS }]);
}

/**
 * What the store has, put together with what this instance has held: a failover of the store loses the last that was
 * written. A key that has signed here and is not in the store stays published until its tokens are gone; what is revoked
 * on either side is gone on both. A next key that was lost has signed nothing and is made anew.
 */
export function reconcile(stored: KeyRing | undefined, held: KeyRing, nowMs: number, times: RingTimes): KeyRing {
  // Nothing in the store, where there was something: it was emptied or lost.
  if (stored === undefined) return held;
  const known = new Set(stored.keys.map(({ kid }) => kid));
  const unknownRevocations = held.revoked.filter(
    ({ kid, forgetAtMs }) => forgetAtMs > nowMs && !stored.revoked.some((other) => other.kid === kid),
  );
  const revoked = new Set([...stored.revoked, ...unknownRevocations].map(({ kid }) => kid));
  const lost = held.keys
    .filter(({ kid, signsFromMs, publishedUntilMs }) => {
      const signed = signsFromMs !== undefined && signsFromMs <= nowMs;
      // Near its end it is not lost: an instance whose clock is ahead took it out.
      const needed = (publishedUntilMs ?? Number.POSITIVE_INFINITY) > nowMs + 2 * times.clockDifferenceMs;
      return signed && needed && !known.has(kid) && !revoked.has(kid);
    })
    .map((key) => ({
      ...key,
      signsUntilMs: key.signsUntilMs ?? nowMs,
      publishedUntilMs: key.publishedUntilMs ?? nowMs + times.publishedAfterMs,
    }));
  if (lost.length === 0 && unknownRevocations.length === 0) return stored;
  return without({ keys: [...lost, ...stored.keys], revoked: stored.revoked }, unknownRevocations);
}

function without(ring: KeyRing, revocations: readonly Revocation[]): KeyRing {
  const gone = new Set(revocations.map(({ kid }) => kid));
  return {
    keys: ring.keys.filter(({ kid }) => !gone.has(kid)),
    revoked: [...ring.revoked, ...revocations].slice(-REVOCATIONS_MAX),
  };
}
