import { setTimeout as delay } from 'node:timers/promises';
import { type KeyRingStore, MarketStateError } from '@tapecast/market-state';
import { type Logger, type Readiness, StartError } from '@tapecast/service-kit';
import { importJWK } from 'jose';
import { OPEN_LOG_EVERY, OPEN_RETRY_MS, REPLACE_ATTEMPTS_MAX } from '../limits.ts';
import type { AuthMetrics } from '../metrics.ts';
import { makeKey } from './key-material.ts';
import {
  EMPTY_RING,
  type KeyRing,
  plan,
  publishedKeys,
  type RingKey,
  reconcile,
  revoke,
  signingKey,
} from './key-ring.ts';
import type { RingTimes } from './ring-times.ts';
import { type KeyEncryptionKey, openRing, SealedRingError, sealRing } from './sealed-ring.ts';

export interface KeyKeeperDeps {
  store: KeyRingStore;
  keys: readonly KeyEncryptionKey[];
  times: RingTimes;
  /** Unix ms. */
  nowMs: () => number;
  metrics: AuthMetrics;
  logger: Logger;
}

export interface Signer {
  readonly kid: string;
  readonly key: Awaited<ReturnType<typeof importJWK>>;
}

type StoreState = 'ok' | 'away' | 'unreadable';
type Change = (ring: KeyRing, nowMs: number) => KeyRing;

/**
 * Holds the ring in memory and keeps it in step with the store's: looks every `refreshMs`, does what is due, and whoever
 * of several instances is first has done it for all. While the store is away it signs and publishes what it has.
 */
export class KeyKeeper {
  readonly #deps: KeyKeeperDeps;
  #ring: KeyRing = EMPTY_RING;
  /** The store's bytes that `#ring` was read from or written as. */
  #document: Uint8Array | undefined;
  #signers = new Map<string, Signer>();
  #storeState: StoreState = 'ok';
  #lookedAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(deps: KeyKeeperDeps) {
    this.#deps = deps;
  }

  /** Waits for the store as long as it takes; rejects with StartError where what is there can't be opened. */
  async open(): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      try {
        await this.#look();
        break;
      } catch (error) {
        if (error instanceof SealedRingError) throw startError(error);
        if (!(error instanceof MarketStateError) || !error.retryable) throw error;
        if (failures % OPEN_LOG_EVERY === 1)
          this.#deps.logger.warn({ event: 'waiting_for_key_ring', error: error.message });
        await delay(OPEN_RETRY_MS);
      }
    }
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking.catch(() => undefined);
  }

  /** The key that signs now. */
  signer(): Signer {
    const key = signingKey(this.#ring, this.#deps.nowMs());
    const signer = key && this.#signers.get(key.kid);
    if (signer === undefined) throw new Error('the key ring has no key that signs');
    return signer;
  }

  /** The JWKS document (RFC 7517). */
  jwks(): { body: string; maxAgeSeconds: number } {
    const keys = this.published().map(({ kid, x }) => ({
      kty: 'OKP',
      crv: 'Ed25519',
      x,
      kid,
      alg: 'EdDSA',
      use: 'sig',
    }));
    return { body: JSON.stringify({ keys }), maxAgeSeconds: this.#deps.times.jwksMaxAgeMs / 1_000 };
  }

  published(): RingKey[] {
    return publishedKeys(this.#ring, this.#deps.nowMs());
  }

  /** An operator's wish: the next key signs as soon as every verifier knows it. */
  rotate(): Promise<void> {
    const { times } = this.#deps;
    return this.#look((ring, nowMs) => plan(ring, nowMs, times, makeKey, true));
  }

  /** Takes a key out now. False where the ring has none of that name. */
  async revoke(kid: string): Promise<boolean> {
    let found = false;
    await this.#look((ring, nowMs) => {
      found = ring.keys.some((key) => key.kid === kid);
      return revoke(ring, kid, nowMs);
    });
    return found;
  }

  get storeState(): StoreState {
    return this.#storeState;
  }

  /** Since the store was last read, ms. */
  get storeAgeMs(): number {
    return performance.now() - this.#lookedAtMs;
  }

  /** How long the key that signs has done so, ms. */
  get signingAgeMs(): number {
    const nowMs = this.#deps.nowMs();
    return nowMs - (signingKey(this.#ring, nowMs)?.signsFromMs ?? nowMs);
  }

  /**
   * Ready while its keys are certainly those of the others: without the store, until the key that signs is so overdue that
   * others may have retired it.
   */
  ready(): Readiness {
    const { times } = this.#deps;
    if (this.#storeState === 'unreadable')
      return { ready: false, reason: 'the key ring in the store can not be opened; keys in memory go on' };
    if (this.#storeState === 'away' && this.signingAgeMs > times.rotateEveryMs + times.tokenMsMax)
      return { ready: false, reason: 'the store is away and the key that signs is overdue; it goes on signing' };
    return { ready: true, reason: '' };
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      // Ends by itself: what fails is told by `#look`'s own state.
      void this.#look()
        .catch(() => undefined)
        .then(() => this.#schedule());
    }, this.#deps.times.refreshMs);
  }

  /** One after the other: two looks at once would be each other's conflict. */
  #look(change?: Change): Promise<void> {
    const look = this.#looking.catch(() => undefined).then(() => this.#lookNow(change));
    this.#looking = look;
    return look;
  }

  async #lookNow(change: Change | undefined): Promise<void> {
    try {
      await this.#agree(change);
      this.#told('ok');
    } catch (error) {
      if (error instanceof SealedRingError) this.#told('unreadable', error);
      else this.#told('away', error);
      throw error;
    }
  }

  async #agree(change: Change | undefined): Promise<void> {
    const { store, keys, times, metrics } = this.#deps;
    for (let attempt = 1; attempt <= REPLACE_ATTEMPTS_MAX; attempt += 1) {
      const document = await store.read();
      this.#lookedAtMs = performance.now();
      const stored = this.#opened(document);
      const nowMs = this.#deps.nowMs();
      const agreed = reconcile(stored, this.#ring, nowMs, times);
      const wanted = plan(change?.(agreed, nowMs) ?? agreed, nowMs, times, makeKey);
      if (wanted === stored) return this.#adopt(wanted, document);
      const sealed = sealRing(wanted, keys[0]!);
      if ((await store.replace(document, sealed)) === 'written') return this.#adopt(wanted, sealed);
      metrics.conflict();
    }
    throw new MarketStateError(
      'unavailable',
      `the key ring was changed by others ${REPLACE_ATTEMPTS_MAX} times in a row`,
    );
  }

  #opened(document: Uint8Array | undefined): KeyRing | undefined {
    if (document === undefined) return undefined;
    const known = this.#document !== undefined && Buffer.compare(document, this.#document) === 0;
    return known ? this.#ring : openRing(document, this.#deps.keys);
  }

  async #adopt(ring: KeyRing, document: Uint8Array | undefined): Promise<void> {
    this.#document = document;
    if (ring === this.#ring) return;
    // Imported before they are needed: a token must not wait for it, and `signer` has no way to.
    const signers = new Map<string, Signer>();
    for (const { kid, x, d } of ring.keys) {
      const key = this.#signers.get(kid)?.key ?? (await importJWK({ kty: 'OKP', crv: 'Ed25519', x, d }, 'EdDSA'));
      signers.set(kid, { kid, key });
    }
    this.#tellChanges(this.#ring, ring);
    this.#ring = ring;
    this.#signers = signers;
  }

  #tellChanges(before: KeyRing, after: KeyRing): void {
    const { logger, metrics } = this.#deps;
    const known = new Map(before.keys.map((key) => [key.kid, key]));
    for (const key of after.keys) {
      const old = known.get(key.kid);
      if (old === undefined) logger.info({ event: 'key_published', kid: key.kid });
      if (key.signsFromMs === undefined || old?.signsFromMs !== undefined || key.signsUntilMs !== undefined) continue;
      logger.info({ event: 'key_will_sign', kid: key.kid, from: new Date(key.signsFromMs).toISOString() });
      // The first key of a ring follows none.
      if (before.keys.length > 0) metrics.rotated();
    }
    for (const { kid } of after.revoked)
      if (known.has(kid)) logger.warn({ event: 'key_revoked', kid }, 'every token that it signed is refused');
  }

  #told(state: StoreState, error?: unknown): void {
    // Before there are keys in memory the start says what it waits for.
    if (state === this.#storeState || this.#signers.size === 0) return;
    const { logger } = this.#deps;
    if (state === 'ok') logger.warn({ event: 'key_ring_store_back' });
    else
      logger.warn(
        { event: `key_ring_store_${state}`, error: error instanceof Error ? error.message : String(error) },
        'signing and publishing go on with the keys in memory',
      );
    this.#storeState = state;
  }
}

function startError(error: SealedRingError): StartError {
  return error.code === 'wrong_key'
    ? new StartError(
        'bad_option',
        `${error.message}. Give all instances the same --key-encryption-key-file; to change it, put the new key in the first line and keep the old one in the second.`,
        { cause: error },
      )
    : new StartError(
        'unavailable',
        `${error.message}. Nothing is signed with it. Find out who writes to the store; then delete tapecast:{auth}:key-ring there, and instances that still run put theirs back, or a new ring begins.`,
        { cause: error },
      );
}
