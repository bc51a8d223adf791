import { describe, expect, test } from 'vitest';
import { createRegistry, PacedCircuit, watchCircuits } from '../src/index.ts';

const made = () => {
  let now = 0;
  const circuit = new PacedCircuit({
    target: 'log',
    lateMs: 100,
    nowMs: () => now,
    isFailure: (error) => error !== 'wrong',
  });
  return { circuit, pass: (ms: number) => (now += ms) };
};
const fail = (circuit: PacedCircuit, with_: unknown = 'away') =>
  circuit.watch(() => Promise.reject(with_)).catch((error: unknown) => error);

describe('what is called at a set pace', () => {
  test('is not well from a call that failed to one that is answered, and each call is made', async () => {
    const { circuit } = made();
    expect(await fail(circuit)).toBe('away');
    expect(await fail(circuit)).toBe('away');
    expect([circuit.state, circuit.opened, circuit.refused]).toEqual(['open', 1, 0]);
    expect(await circuit.watch(async () => 'here')).toBe('here');
    expect(circuit.state).toBe('closed');
    expect(await fail(circuit, 'wrong')).toBe('wrong');
    expect([circuit.state, circuit.opened]).toEqual(['closed', 1]);
  });

  test('is not well while a call hangs, however many wait with it, and says so to who looks only afterwards', async () => {
    const { circuit, pass } = made();
    const answers: (() => void)[] = [];
    const calls = Array.from({ length: 3 }, () =>
      circuit.watch(() => new Promise<void>((resolve) => answers.push(resolve))),
    );
    pass(99);
    expect(circuit.state).toBe('closed');
    pass(1);
    expect([circuit.state, circuit.opened]).toEqual(['open', 1]);
    answers[0]!();
    await calls[0];
    expect(circuit.state).toBe('closed');
    pass(100);
    answers[1]!();
    await calls[1];
    // Nobody looked while it hung.
    expect([circuit.state, circuit.opened]).toEqual(['closed', 2]);
    answers[2]!();
    await calls[2];
    pass(1_000);
    expect([circuit.state, circuit.opened]).toEqual(['closed', 2]);
  });

  test('is watched in all methods that promise something, and in nothing else', async () => {
    const { circuit } = made();
    class Store {
      readonly #name = 'store';
      away = true;
      get name(): string {
        return this.#name;
      }
      async read(of: string): Promise<string> {
        if (this.away) throw new Error('away');
        return `${this.#name} ${of}`;
      }
      size(): number {
        return 3;
      }
    }
    const store = new Store();
    const watched = circuit.watched(store);
    expect([watched.name, watched.size()]).toEqual(['store', 3]);
    await expect(watched.read('a')).rejects.toThrow('away');
    expect(circuit.state).toBe('open');
    store.away = false;
    expect(await watched.read('a')).toBe('store a');
    expect(circuit.state).toBe('closed');
    expect(watched.read).toBe(watched.read);
  });

  test('stands beside the circuits of other services of the process', async () => {
    const [one, other] = [made().circuit, made().circuit];
    Object.defineProperty(other, 'target', { value: 'leases' });
    const registry = createRegistry();
    watchCircuits(registry, [one]);
    watchCircuits(registry, [other]);
    await fail(other);
    const text = await registry.metrics();
    expect(text).toContain('tapecast_circuit_state{target="log"} 0');
    expect(text).toContain('tapecast_circuit_state{target="leases"} 2');
    expect(text).toContain('tapecast_circuit_opened_total{target="leases"} 1');
  });
});
