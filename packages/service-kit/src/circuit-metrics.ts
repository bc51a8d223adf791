import type { CircuitBreaker, CircuitState } from './circuit-breaker.ts';
import { Counter, Gauge, type Registry } from './metrics.ts';

const VALUE: Readonly<Record<CircuitState, number>> = { closed: 0, half_open: 1, open: 2 };

/** Reports the circuits of a process; once a registry. */
export function watchCircuits(registry: Registry, circuits: readonly CircuitBreaker[]): void {
  const registers = [registry];
  const labelNames = ['target'];
  new Gauge({
    name: 'tapecast_circuit_state',
    help: 'What stands before something that is called: 0 closed, 1 one call tries, 2 open.',
    labelNames,
    registers,
    collect() {
      for (const { target, state } of circuits) this.set({ target }, VALUE[state]);
    },
  });
  const summed = (name: string, help: string, of: (circuit: CircuitBreaker) => number): void => {
    new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const circuit of circuits) this.inc({ target: circuit.target }, of(circuit));
      },
    });
  };
  summed('tapecast_circuit_opened_total', 'Times that it opened.', ({ opened }) => opened);
  summed('tapecast_circuit_refused_total', 'Calls that were not made because it was open.', ({ refused }) => refused);
}
