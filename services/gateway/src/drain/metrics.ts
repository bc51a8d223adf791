import { Counter, Gauge, type Registry } from '@tapecast/service-kit';
import { SHUT_REASONS, type ShutReason } from '../admission/entrance.ts';
import type { DepartureMetrics, DepartureReason } from './departures.ts';

const REASONS: readonly DepartureReason[] = ['drain', 'rebalance'];
const HOWS = ['left', 'closed'] as const;

export interface DrainMetrics extends DepartureMetrics {
  /** A handshake was turned away. */
  shut(reason: ShutReason): void;
  watch(sources: { draining: () => boolean; cost: () => number; fleetMembers: () => number }): void;
}

/** Of who may come, and who is sent away. Children are there from the start: what never happened is 0, not absent. */
export function createDrainMetrics(registry: Registry): DrainMetrics {
  const registers = [registry];
  const told = new Counter({
    name: 'tapecast_gateway_moves_told_total',
    help: 'Clients that were told to connect elsewhere, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const ended = new Counter({
    name: 'tapecast_gateway_moves_ended_total',
    help: 'Of those: gone by themselves, or closed when their time was over.',
    labelNames: ['reason', 'how'],
    registers,
  });
  const shut = new Counter({
    name: 'tapecast_gateway_entrance_shut_total',
    help: 'Handshakes that were answered 503, by reason.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of REASONS) {
    told.labels(reason).inc(0);
    for (const how of HOWS) ended.labels(reason, how).inc(0);
  }
  for (const reason of SHUT_REASONS) shut.labels(reason).inc(0);
  return {
    told: (reason) => told.labels(reason).inc(),
    gone: (reason, how) => ended.labels(reason, how).inc(),
    shut: (reason) => shut.labels(reason).inc(),
    watch({ draining, cost, fleetMembers }) {
      new Gauge({
        name: 'tapecast_gateway_cost',
        help: 'What this gateway has to do, as others are told: what it writes a second, and one for each connection.',
        registers,
        collect() {
          this.set(cost());
        },
      });
      new Gauge({
        name: 'tapecast_gateway_fleet_members',
        help: 'Gateways that were there at the last word of them, this one too; 0 where it does not rebalance.',
        registers,
        collect() {
          this.set(fleetMembers());
        },
      });
      new Gauge({
        name: 'tapecast_gateway_draining',
        help: '1 while this gateway is being emptied.',
        registers,
        collect() {
          this.set(draining() ? 1 : 0);
        },
      });
    },
  };
}
