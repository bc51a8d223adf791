import { Counter, Gauge, Histogram, type Registry } from '@tapecast/service-kit';

export interface WatchdogMetrics {
  watch(read: { masters(): number; replicas(): number }): void;
  promotion(why: 'died' | 'hung', outcome: PromotionOutcome, seconds: number): void;
}

export type PromotionOutcome = 'promoted' | 'elected' | 'returned' | 'no_replica' | 'given_up';

export function createMetrics(registry: Registry): WatchdogMetrics {
  const registers = [registry];
  const deaths = new Counter({
    name: 'tapecast_redis_watchdog_deaths_total',
    help: 'Masters seen dead or hung (died, hung), by what came of it: promoted, elected by the cluster, returned, no_replica or given_up',
    labelNames: ['why', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    labelNames: ['why'],
    name: 'tapecast_redis_watchdog_promotion_seconds',
    help: 'From the closed connection or the unanswered PING of a master to its replica serving as master',
    buckets: [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    registers,
  });
  return {
    watch: (read) => {
      new Gauge({
        name: 'tapecast_redis_watchdog_masters',
        help: 'Masters to which a connection is held',
        registers,
        collect() {
          this.set(read.masters());
        },
      });
      new Gauge({
        name: 'tapecast_redis_watchdog_replicas',
        help: 'Replicas that follow their masters and could take over',
        registers,
        collect() {
          this.set(read.replicas());
        },
      });
    },
    promotion: (why, outcome, took) => {
      deaths.inc({ why, outcome });
      if (outcome === 'promoted') seconds.observe({ why }, took);
    },
  };
}
