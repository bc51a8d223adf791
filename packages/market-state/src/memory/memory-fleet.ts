import { MarketStateError } from '../errors.ts';
import type { Fleet, FleetMember } from '../fleet.ts';
import { FLEET_MEMBERS_MAX } from '../limits.ts';
import { checkMember } from '../validation.ts';

/** The fleet of one process: all members share this object. */
export function openMemoryFleet(): Fleet {
  return new MemoryFleet();
}

class MemoryFleet implements Fleet {
  /** `untilMs` by the monotonic clock. */
  readonly #members = new Map<string, { member: FleetMember; untilMs: number }>();
  #closed = false;

  async announce(member: FleetMember, ttlMs: number): Promise<FleetMember[]> {
    this.#check();
    checkMember(member, ttlMs);
    const nowMs = performance.now();
    for (const [id, { untilMs }] of this.#members) if (untilMs <= nowMs) this.#members.delete(id);
    if (!this.#members.has(member.id) && this.#members.size >= FLEET_MEMBERS_MAX)
      throw new MarketStateError('overloaded', `${FLEET_MEMBERS_MAX} members are there, which is the most`);
    this.#members.set(member.id, { member: { ...member }, untilMs: nowMs + ttlMs });
    return [...this.#members.values()].map(({ member: one }) => ({ ...one }));
  }

  async leave(id: string): Promise<void> {
    this.#check();
    this.#members.delete(id);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #check(): void {
    if (this.#closed) throw new MarketStateError('closed', 'the fleet was closed');
  }
}
