import { Counter, Gauge, type Registry } from '@tapecast/service-kit';
import type { DegradedLevel } from './degradation.ts';

export interface DegradationSources {
  level: () => DegradedLevel;
  load: () => number;
  intervalMs: () => number;
  entered: Readonly<Record<1 | 2 | 3, number>>;
}

/** Of what is left out under load. */
export function watchDegradation(registry: Registry, { level, load, intervalMs, entered }: DegradationSources): void {
  const registers = [registry];
  new Gauge({
    name: 'tapecast_gateway_degraded_level',
    help: 'What clients are told of it: 0 nothing is left out, 1 what is not core waits, 2 longer intervals, 3 the store is gone.',
    registers,
    collect() {
      this.set(level());
    },
  });
  new Gauge({
    name: 'tapecast_gateway_degraded_interval_ms',
    help: 'Trades, quotes and books of 5 levels are told at this interval at least; 0: as they come.',
    registers,
    collect() {
      this.set(intervalMs());
    },
  });
  new Gauge({
    name: 'tapecast_gateway_load',
    help: 'Load as a part of what clients begin to feel: lateness of the loop, distance to the end of the log, time in flushes, unread bytes, whichever is most.',
    registers,
    collect() {
      this.set(load());
    },
  });
  new Counter({
    name: 'tapecast_gateway_degradations_total',
    help: 'Times that a level was entered from below.',
    labelNames: ['level'],
    registers,
    collect() {
      this.reset();
      for (const [name, times] of Object.entries(entered)) this.inc({ level: name }, times);
    },
  });
}
