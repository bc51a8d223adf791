import { Counter, Gauge, type Registry } from '@tapecast/service-kit';
import type { SignalBus } from '@tapecast/signal-bus';

/** What the bus counts, by the name that a person reads. */
const COUNTED = {
  published: 'published',
  received: 'received',
  fetched: 'fetched',
  lost: 'lost',
  putBack: 'put_back',
} as const;

/** Reports how the signals between gateways fare. */
export function watchSignals(registry: Registry, bus: SignalBus): void {
  const registers = [registry];
  new Gauge({
    name: 'tapecast_gateway_signals_late',
    help: '1 while signals of other gateways may be late: a shard did not give back our probe.',
    registers,
    collect() {
      this.set(bus.healthy ? 0 : 1);
    },
  });
  new Counter({
    name: 'tapecast_gateway_signals_total',
    help: 'Signals between gateways: published, received, fetched (of these, missed at first), lost, put_back (a failover had lost them).',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const [count, outcome] of Object.entries(COUNTED))
        this.inc({ outcome }, bus.counts[count as keyof typeof COUNTED]);
    },
  });
  new Counter({
    name: 'tapecast_gateway_signal_links_lost_total',
    help: 'Connections by which signals come that were given up and made anew.',
    registers,
    collect() {
      this.reset();
      this.inc(bus.counts.relinked);
    },
  });
}
