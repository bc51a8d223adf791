import { MarketStateError } from '../errors.ts';
import { MEMORY_SESSION_CHARACTERS_MAX, MEMORY_SESSIONS_MAX } from '../limits.ts';
import { checkTake, checkWrite, packOwner, unpackOwner, unpackSession } from '../session-packing.ts';
import type { SessionOwner, SessionStore, SessionWrite, SessionWritten, TakenSession } from '../session-store.ts';

interface Kept {
  subject: string;
  secretHash: string;
  owner: string;
  before: string;
  generation: number;
  body: string;
  endsAtMs: number;
}

/** The embedded default: sessions of an earlier process are unknown. What is over its time goes when others are written. */
export function openMemorySessionStore(
  nowMs: () => number = () => performance.now(),
  charactersMax = MEMORY_SESSION_CHARACTERS_MAX,
): SessionStore {
  return new MemorySessionStore(nowMs, charactersMax);
}

/** Sessions looked at for their end at each write: more than are written, so that none of those that ended stay. */
const SWEPT_PER_WRITE = 4;

class MemorySessionStore implements SessionStore {
  readonly #nowMs: () => number;
  /** In the order of their last writes, nearly that of their ends. */
  readonly #kept = new Map<string, Kept>();
  readonly #charactersMax: number;
  #characters = 0;
  #closed = false;

  constructor(nowMs: () => number, charactersMax: number) {
    this.#nowMs = nowMs;
    this.#charactersMax = charactersMax;
  }

  async take(
    id: string,
    claim: { secretHash: string; subject: string },
    owner: SessionOwner,
    ttlMs: number,
  ): Promise<TakenSession | undefined> {
    this.#checkOpen();
    checkTake(id, claim, owner, ttlMs);
    const kept = this.#live(id);
    if (kept === undefined || kept.secretHash !== claim.secretHash || kept.subject !== claim.subject) return undefined;
    const taker = packOwner(owner);
    if (kept.owner !== taker) {
      kept.before = kept.owner;
      kept.owner = taker;
      kept.generation++;
    }
    this.#keep(id, kept, ttlMs);
    const { secretHash, subject } = claim;
    const session = unpackSession({ secretHash, subject }, kept.body);
    return { session, generation: kept.generation, before: unpackOwner(kept.before) };
  }

  async write(writes: readonly SessionWrite[]): Promise<SessionWritten[]> {
    this.#checkOpen();
    const bodies = writes.map(checkWrite);
    this.#sweep(writes.length * SWEPT_PER_WRITE);
    return writes.map((write, i) => this.#write(write, bodies[i] as string));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#kept.clear();
    this.#characters = 0;
  }

  #write({ id, owner, generation, ttlMs, session }: SessionWrite, body: string): SessionWritten {
    const writer = packOwner(owner);
    const kept = this.#live(id);
    if (kept !== undefined) {
      if (kept.generation > generation || (kept.generation === generation && kept.owner !== writer)) return 'replaced';
      if (session === undefined && kept.generation < generation) return 'absent';
    }
    if (session !== undefined) {
      const { subject, secretHash } = session;
      const before = kept?.before ?? writer;
      this.#keep(id, { subject, secretHash, owner: writer, before, generation, body, endsAtMs: 0 }, ttlMs);
      return 'written';
    }
    if (kept === undefined) return 'absent';
    this.#keep(id, kept, ttlMs);
    return 'written';
  }

  #live(id: string): Kept | undefined {
    const kept = this.#kept.get(id);
    return kept === undefined || kept.endsAtMs <= this.#nowMs() ? undefined : kept;
  }

  #keep(id: string, kept: Kept, ttlMs: number): void {
    kept.endsAtMs = this.#nowMs() + ttlMs;
    this.#forget(id);
    this.#kept.set(id, kept);
    this.#characters += kept.body.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= this.#charactersMax) return;
      this.#forget(oldest);
    }
  }

  #forget(id: string): void {
    this.#characters -= this.#kept.get(id)?.body.length ?? 0;
    this.#kept.delete(id);
  }

  #sweep(most: number): void {
    const nowMs = this.#nowMs();
    let looked = 0;
    for (const [id, { endsAtMs }] of this.#kept) {
      if (looked++ >= most) return;
      if (endsAtMs <= nowMs || this.#kept.size > MEMORY_SESSIONS_MAX) this.#forget(id);
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw new MarketStateError('closed', 'the session store was closed');
  }
}
