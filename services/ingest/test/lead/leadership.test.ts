import { type Leases, MarketStateError, openMemoryLeases } from '@tapecast/market-state';
import { createLogger } from '@tapecast/service-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { Leadership } from '../../src/lead/leadership.ts';
import { until } from '../ingest-harness.ts';

const running: Leadership[] = [];
afterEach(async () => {
  for (const lead of running.splice(0)) await lead.stop();
});

const LIMITS = { leaseTtlMs: 120, leaseRenewMs: 30, leaseTryMs: 10 };

function lead(leases: Leases, owner: string, limits = LIMITS, ended?: string) {
  const seen: { fence?: number; lost?: string; confirmed: number } = { confirmed: 0 };
  const leadership = new Leadership({
    leases,
    name: 'ingest/test',
    owner,
    ended,
    limits,
    logger: createLogger('test', 'silent'),
    onTaken: (fence) => {
      seen.fence = fence;
    },
    onLost: (reason) => {
      seen.lost = reason;
    },
    onConfirmed: () => {
      seen.confirmed++;
    },
  });
  running.push(leadership);
  leadership.start();
  return { leadership, seen };
}

/** Leases whose store can be cut off. */
function cuttable(leases: Leases) {
  const store = { away: false };
  const guarded =
    <Args extends unknown[], R>(call: (...args: Args) => Promise<R>) =>
    (...args: Args): Promise<R> =>
      store.away ? Promise.reject(new MarketStateError('unavailable', 'away')) : call(...args);
  const through: Leases = {
    acquire: guarded((name, owner, ttlMs, ended) => leases.acquire(name, owner, ttlMs, ended)),
    renew: guarded((name, owner, fence, ttlMs) => leases.renew(name, owner, fence, ttlMs)),
    release: guarded((name, owner, fence) => leases.release(name, owner, fence)),
    holder: guarded((name) => leases.holder(name)),
    watch: (name, onHolder) => leases.watch(name, onHolder),
    close: () => leases.close(),
  };
  return { store, through };
}

describe('who publishes', () => {
  it('is one of two, until it stops; then the other, at once and with a higher fence', async () => {
    const leases = openMemoryLeases();
    const one = lead(leases, 'one');
    await until('one has it', () => one.leadership.active);
    const two = lead(leases, 'two');
    await until('two stands by', () => two.leadership.waitsFor !== '');
    expect(two.leadership.active).toBe(false);
    await one.leadership.stop();
    await until('two has it', () => two.leadership.active);
    expect(two.seen.fence!).toBeGreaterThan(one.seen.fence!);
  });

  it('does not wait for the lease of a process that is known to have ended', async () => {
    const leases = openMemoryLeases();
    const before = await leases.acquire('ingest/test', 'before', 60_000);
    const { leadership, seen } = lead(leases, 'after', LIMITS, 'before');
    await until('active', () => leadership.active);
    expect(seen.fence!).toBeGreaterThan((before as { fence: number }).fence);
  });

  it('may go on while the store is away, and while it was back nobody else could have', async () => {
    const { store, through } = cuttable(openMemoryLeases());
    const { leadership, seen } = lead(through, 'one');
    await until('active', () => leadership.active);
    store.away = true;
    await until('the time is up and the store said nothing', () => seen.confirmed > 0);
    expect(leadership.mayWrite()).toBe(true);
    store.away = false;
    await until('renewed', () => leadership.waitsFor === '');
    expect(leadership.mayWrite()).toBe(true);
    expect(seen.lost).toBeUndefined();
  });

  it('that slept past its time writes nothing until it knows, and nothing ever again when another has it', async () => {
    const leases = openMemoryLeases();
    // Its timer never renews in time: as a process that is stopped.
    const { leadership, seen } = lead(leases, 'one', { leaseTtlMs: 40, leaseRenewMs: 60_000, leaseTryMs: 10 });
    await until('active', () => leadership.active);
    let refused = false;
    await until('it must ask', () => {
      refused ||= !leadership.mayWrite();
      return refused;
    });
    await until('confirmed', () => seen.confirmed === 1);
    expect(leadership.mayWrite()).toBe(true);
    const two = lead(leases, 'two');
    await until('two has it', () => two.leadership.active);
    await until('lost', () => {
      leadership.mayWrite();
      return seen.lost !== undefined;
    });
    expect(leadership.mayWrite()).toBe(false);
    expect(leadership.active).toBe(false);
  });
});
