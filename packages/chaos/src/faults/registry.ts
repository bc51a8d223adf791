import { CLOCK_FAULTS } from './clock.ts';
import { DISK_FAULTS } from './disk.ts';
import type { Fault } from './fault.ts';
import { GATEWAY_FAULTS } from './gateways.ts';
import { NETWORK_FAULTS } from './network.ts';
import { PROCESS_FAULTS } from './processes.ts';
import { VENUE_FAULTS } from './venue.ts';

/** Every fault by its name. */
export const FAULTS: ReadonlyMap<string, Fault> = new Map(
  [...PROCESS_FAULTS, ...NETWORK_FAULTS, ...VENUE_FAULTS, ...CLOCK_FAULTS, ...DISK_FAULTS, ...GATEWAY_FAULTS].map(
    (fault) => [fault.name, fault],
  ),
);

/** Two at once, that are worse together than one after the other. */
export const PAIRS: readonly string[] = [
  'kill-gateway+kill-redis',
  'kill-gateway+kill-broker',
  'kill-compute+kill-redis',
  'kill-compute+kill-broker',
  'kill-ingest+kill-broker',
  'kill-ingest+kill-compute',
  'kill-two-gateways',
  'drain+kill-gateway',
  'kill-redis+kill-broker',
  'stop-compute+kill-redis',
  'kafka-away+kill-ingest',
  'rolling-restart+kill-broker',
  'disk-full+kafka-away',
];

/** One fault, or several that begin within a moment: `kill-compute+kill-redis`. */
export interface Step {
  readonly name: string;
  readonly faults: readonly Fault[];
}

/** Throws with what there is where a name is none. */
export function stepOf(name: string): Step {
  const faults = name.split('+').map((part) => {
    const fault = FAULTS.get(part);
    if (fault === undefined) throw new Error(`there is no fault ${part}; there are ${[...FAULTS.keys()].join(', ')}`);
    return fault;
  });
  return { name, faults };
}

/** All alone, then all pairs. */
export const everyStep = (): Step[] => [...new Set([...FAULTS.keys(), ...PAIRS])].map(stepOf);
