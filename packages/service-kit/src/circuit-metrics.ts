import type { Circuit, CircuitState } from './circuit-breaker.ts';
import { Counter, Gauge, type Registry } from './metrics.ts';

const VALUE: Readonly<Record<CircuitState, number>> = { closed: 0, half_open: 1, open: 2 };
const NAME = 'tapecast_circuit_state';

/** Of all circuits of a registry: several services may share one. */
class CircuitStates extends Gauge {
  readonly circuits: Circuit[] = [];

  constructor(registry: Registry) {
    super({
      name: NAME,
      help: 'What stands before something that is called: 0 closed, 1 one call tries, 2 open.',
      labelNames: ['target'],
      registers: [registry],
      collect() {
        for (const { target, state } of (this as CircuitStates).circuits) this.set({ target }, VALUE[state]);
      },
    });
  }
}

/** Reports circuits, beside those of the registry that are reported already; their targets differ. */
export function watchCircuits(registry: Registry, circuits: readonly Circuit[]): void {
  const known = registry.getSingleMetric(NAME);
  if (known instanceof CircuitStates) {
    known.circuits.push(...circuits);
    return;
  }
  const states = new CircuitStates(registry);
  states.circuits.push(...circuits);
  const summed = (name: string, help: string, of: (circuit: Circuit) => number): void => {
    new Counter({
      name,
      help,
      labelNames: ['target'],
      registers: [registry],
      collect() {
        this.reset();
        for (const circuit of states.circuits) this.inc({ target: circuit.target }, of(circuit));
      },
    });
  };
  summed('tapecast_circuit_opened_total', 'Times that it opened.', ({ opened }) => opened);
  summed('tapecast_circuit_refused_total', 'Calls that were not made because it was open.', ({ refused }) => refused);
}
