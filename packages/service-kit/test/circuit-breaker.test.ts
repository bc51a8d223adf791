import { describe, expect, test } from 'vitest';
import { CircuitBreaker, CircuitOpenError } from '../src/index.ts';

const opened = () => {
  let now = 0;
  const states: string[] = [];
  const circuit = new CircuitBreaker({
    target: 'store',
    failuresMax: 3,
    openMs: 100,
    openMsMax: 300,
    nowMs: () => now,
    isFailure: (error) => error !== 'wrong',
    changed: (state) => states.push(state),
  });
  return { circuit, states, pass: (ms: number) => (now += ms) };
};
const fail = (circuit: CircuitBreaker, with_: unknown = 'away') =>
  circuit.run(() => Promise.reject(with_)).catch((error: unknown) => error);

describe('a circuit breaker', () => {
  test('opens after failures in a row, not before, and lets nobody wait then', async () => {
    const { circuit, states } = opened();
    await fail(circuit);
    await fail(circuit);
    expect(await circuit.run(async () => 'here')).toBe('here');
    await fail(circuit);
    await fail(circuit);
    expect(circuit.state).toBe('closed');
    await fail(circuit);
    let called = false;
    await expect(circuit.run(async () => (called = true))).rejects.toThrow(CircuitOpenError);
    expect([called, circuit.state, circuit.refused, states]).toEqual([false, 'open', 1, ['open']]);
  });

  test('tries with one call at a time, rarer each time, and closes when that is answered', async () => {
    const { circuit, pass } = opened();
    for (let i = 0; i < 3; i++) await fail(circuit);
    for (const openMs of [100, 200, 300, 300]) {
      pass(openMs - 1);
      expect(await fail(circuit)).toMatchObject({ name: 'CircuitOpenError', retryAfterMs: 1 });
      pass(1);
      const trying = circuit.run(() => Promise.reject(new Error('away')));
      expect(await fail(circuit)).toBeInstanceOf(CircuitOpenError);
      await expect(trying).rejects.toThrow('away');
    }
    expect(circuit.awayMs).toBe(900);
    pass(300);
    expect(await circuit.run(async () => 1)).toBe(1);
    expect([circuit.state, circuit.awayMs]).toEqual(['closed', 0]);
  });

  test('does not open because a call was wrong, nor again for calls that were under way', async () => {
    const { circuit, pass } = opened();
    for (let i = 0; i < 5; i++) expect(await fail(circuit, 'wrong')).toBe('wrong');
    expect(circuit.state).toBe('closed');
    const late = Array.from({ length: 6 }, () => circuit.run(() => Promise.reject(new Error('away'))));
    await Promise.allSettled(late);
    expect([circuit.state, circuit.opened]).toEqual(['open', 1]);
    pass(100);
    await circuit.run(async () => 1);
    expect(circuit.state).toBe('closed');
  });

  test('counts how calls go that are made whatever its state', async () => {
    const { circuit } = opened();
    const watched = (with_: unknown = 'away') =>
      circuit.watch(() => Promise.reject(with_)).catch((error: unknown) => error);
    for (let i = 0; i < 4; i++) expect(await watched()).toBe('away');
    expect([circuit.state, circuit.refused]).toEqual(['open', 0]);
    expect(await fail(circuit)).toBeInstanceOf(CircuitOpenError);
    expect(await circuit.watch(async () => 1)).toBe(1);
    expect(circuit.state).toBe('closed');
  });

  test('stays open for as long as its target said', async () => {
    const { circuit, pass } = opened();
    circuit.openFor(5_000);
    pass(4_999);
    expect(await fail(circuit)).toMatchObject({ name: 'CircuitOpenError', retryAfterMs: 1 });
    pass(1);
    expect(await circuit.run(async () => 1)).toBe(1);
    expect([circuit.state, circuit.opened]).toEqual(['closed', 1]);
  });
});
