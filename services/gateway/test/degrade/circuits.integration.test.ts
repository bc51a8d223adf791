import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isStoreAway, openRedisMarketState, openRedisSessionStore } from '@tapecast/market-state';
import { CircuitOpenError, createLogger, createRegistry, type Registry } from '@tapecast/service-kit';
import { openRedisSignalBus } from '@tapecast/signal-bus';
import { startRedisCluster } from '@tapecast/testkit';
import { expect, test } from 'vitest';
import { createCircuits } from '../../src/degrade/circuits.ts';
import { guardedSessions, guardedSignals, guardedState } from '../../src/degrade/guarded-calls.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';

/** Of one call. The stores' own is 5 s. */
const CALL_MS = 400;
const COMING_BACK = 300;

async function circuitStates(registry: Registry): Promise<Record<string, number>> {
  const { values = [] } = (await registry.getSingleMetric('tapecast_circuit_state')?.get()) ?? {};
  return Object.fromEntries(values.map(({ labels, value }) => [labels['target'], value]));
}

test('nobody waits for a Redis of which all nodes hang, and it is found again by one call at a time', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tapecast-circuits-'));
  const redis = await startRedisCluster({ dir });
  const { nodes } = redis;
  const registry = createRegistry();
  const circuits = createCircuits(DEFAULT_LIMITS, registry, createLogger('test', 'silent'));
  const [rawState, rawSessions, bus] = await Promise.all([
    openRedisMarketState({ nodes, callTimeoutMs: CALL_MS }),
    openRedisSessionStore({ nodes, callTimeoutMs: CALL_MS }),
    openRedisSignalBus({ nodes, callTimeoutMs: CALL_MS }),
  ]);
  const state = guardedState(rawState, circuits.store);
  const sessions = guardedSessions(rawSessions, circuits.sessions);
  const signals = guardedSignals(bus, circuits.signals);
  const take = (n: number): Promise<unknown> =>
    sessions.take(`s${n}`, { secretHash: 'h', subject: '' }, { gateway: 'g', connection: `c${n}` }, 60_000);
  const publish = (n: number): Promise<unknown> => signals.publish(`gateway:${n}`, new Uint8Array([1]));
  /** How many calls of many, all at once and then one after the other, were made to try, and how many could have been by then. */
  const tried = async (call: (n: number) => Promise<unknown>): Promise<{ made: number; allowed: number }> => {
    await Promise.allSettled(Array.from({ length: COMING_BACK }, (_, n) => call(n)));
    let made = 0;
    const begunAt = performance.now();
    for (let n = 0; n < 20; n++) {
      const error = await call(n).then(
        () => undefined,
        (caught: unknown) => caught,
      );
      expect(error).toBeDefined();
      const whole = error instanceof CircuitOpenError || (error as Error).cause instanceof CircuitOpenError;
      if (!whole) made++;
    }
    return { made, allowed: 1 + (performance.now() - begunAt) / DEFAULT_LIMITS.circuitOpenMs };
  };
  try {
    expect([await take(1), await state.record(1)]).toEqual([undefined, undefined]);
    await publish(1);
    expect(await circuitStates(registry)).toEqual({ redis: 0, sessions: 0, signals: 0, issuer: 0, fleet: 0 });
    for (const index of nodes.keys()) redis.kill(index, 'SIGSTOP');
    const found = await Promise.all([take, publish, (n: number) => state.record(n)].map(tried));
    for (const { made, allowed } of found) expect(made).toBeLessThanOrEqual(allowed);
    const hung = await circuitStates(registry);
    for (const target of ['redis', 'sessions', 'signals']) expect(hung[target]).toBeGreaterThan(0);
    for (const index of nodes.keys()) redis.kill(index, 'SIGCONT');
    await expect
      .poll(() => Promise.allSettled([take(1), publish(1), state.record(1)]), { interval: 20 })
      .toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }, { status: 'fulfilled' }]);
    expect(await circuitStates(registry)).toMatchObject({ redis: 0, sessions: 0, signals: 0 });
    expect(isStoreAway(new Error('any'))).toBe(true);
  } finally {
    await Promise.allSettled([rawState.close(), rawSessions.close(), bus.close()]);
    await redis.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
