import type { ClockShifts, RunningCluster } from '@tapecast/testkit';
import type { Random } from '../random.ts';

/** What a fault may use. */
export interface Scene {
  readonly cluster: RunningCluster;
  readonly random: Random;
  /** Of the services' processes, each by itself. */
  readonly clocks: ClockShifts;
  /** `http://127.0.0.1:…` of the venue server's admin port. */
  readonly venueAdmin: string;
}

/** A fault at work. */
export interface Injected {
  /** What it hit: `compute-1`, `redis-2 (master)`. */
  readonly target: string;
  /** ms after which it is healed; 0: it heals by itself (a killed process is started again by the launcher). */
  readonly healAfterMs: number;
  /** Undoes it. Called once, also when the run is broken off. */
  heal(): Promise<void>;
}

export interface Fault {
  readonly name: string;
  /** One line for the table. */
  readonly what: string;
  /** Why it can't be made here; undefined where it can. */
  unavailable?(scene: Scene): Promise<string | undefined> | string | undefined;
  inject(scene: Scene): Promise<Injected>;
}

/** It is over by itself. */
export const done = (target: string): Injected => ({ target, healAfterMs: 0, heal: async () => undefined });
