import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isSecret, type SecretHash } from '@tapecast/access';
import {
  CHECKS_AT_ONCE,
  CHECKS_WAITING_MAX,
  FAILURES_PER_ADDRESS_MAX,
  FAILURES_PER_CLIENT_MAX,
  FAILURES_WINDOW_MS,
} from '../limits.ts';
import type { Client } from './clients-file.ts';
import { WindowCounter } from './window-counter.ts';

export type SecretVerdict = { outcome: 'right' | 'wrong' | 'busy' } | { outcome: 'too_many_failures'; afterMs: number };

/** What a name that nobody has is checked against: it takes as long as one that somebody has. */
const NOBODY: SecretHash = {
  cost: 16_384,
  blockSize: 8,
  parallelization: 1,
  salt: randomBytes(16),
  hash: randomBytes(32),
};

/**
 * Whether a secret is a client's. A right one costs one scrypt in the life of the process and its clients file: from then
 * on its HMAC under a key that never leaves memory is known. A wrong one, once the right one is known, costs none.
 */
export class SecretChecker {
  readonly #nowMs: () => number;
  readonly #checked: () => void;
  readonly #macKey = randomBytes(32);
  /** By the hash as it was read from the file: one that is gone takes its entry with it. */
  readonly #known = new WeakMap<SecretHash, Buffer>();
  /** Checks of the same secret against the same hash are one. */
  readonly #underWay = new WeakMap<SecretHash, Map<string, Promise<boolean>>>();
  readonly #ofAddress = new WindowCounter(FAILURES_PER_ADDRESS_MAX, FAILURES_WINDOW_MS);
  readonly #ofClient = new WindowCounter(FAILURES_PER_CLIENT_MAX, FAILURES_WINDOW_MS);
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** `checked` is called for each scrypt. `nowMs` need not be wall time. */
  constructor(nowMs: () => number, checked: () => void) {
    this.#nowMs = nowMs;
    this.#checked = checked;
  }

  async check(id: string, client: Client | undefined, secret: string, address: string): Promise<SecretVerdict> {
    const mac = createHmac('sha256', this.#macKey).update(secret).digest();
    const hashes = client?.secretHashes ?? [NOBODY];
    if (hashes.some((hash) => this.#isKnown(hash, mac))) return { outcome: 'right' };

    const nowMs = this.#nowMs();
    const afterMs = Math.max(this.#ofAddress.fullForMs(address, nowMs), this.#ofClient.fullForMs(id, nowMs));
    if (afterMs > 0) return { outcome: 'too_many_failures', afterMs };
    for (const hash of hashes) {
      // Somebody else's secret is known: this one, which is another, can't be it.
      if (this.#known.has(hash)) continue;
      const checking = this.#checkOnce(hash, secret, mac);
      if (checking === undefined) return { outcome: 'busy' };
      if ((await checking) && client !== undefined) {
        this.#known.set(hash, mac);
        return { outcome: 'right' };
      }
    }
    // Counted when it is known to be wrong: many clients that start at once behind one address are right. What is under
    // way meanwhile, at most CHECKS_WAITING_MAX and those at once, may exceed the bound.
    this.#ofAddress.add(address, nowMs);
    this.#ofClient.add(id, nowMs);
    return { outcome: 'wrong' };
  }

  #isKnown(hash: SecretHash, mac: Buffer): boolean {
    const known = this.#known.get(hash);
    return known !== undefined && timingSafeEqual(known, mac);
  }

  #checkOnce(hash: SecretHash, secret: string, mac: Buffer): Promise<boolean> | undefined {
    let ofHash = this.#underWay.get(hash);
    if (ofHash === undefined) {
      ofHash = new Map();
      this.#underWay.set(hash, ofHash);
    }
    const name = mac.toString('base64');
    const underWay = ofHash.get(name);
    if (underWay !== undefined) return underWay;
    if (this.#running >= CHECKS_AT_ONCE && this.#waiting.length >= CHECKS_WAITING_MAX) return undefined;
    const checking = this.#run(() => isSecret(secret, hash)).finally(() => ofHash.delete(name));
    ofHash.set(name, checking);
    return checking;
  }

  async #run(check: () => Promise<boolean>): Promise<boolean> {
    if (this.#running >= CHECKS_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      this.#checked();
      return await check();
    } finally {
      const next = this.#waiting.shift();
      // The place is handed on.
      if (next !== undefined) next();
      else this.#running -= 1;
    }
  }
}
