import { isStoreAway } from '@tapecast/market-state';
import {
  CircuitBreaker,
  type CircuitState,
  type Logger,
  PacedCircuit,
  type Registry,
  watchCircuits,
} from '@tapecast/service-kit';
import type { GatewayLimits } from '../limits.ts';
import { isBusAway } from './guarded-calls.ts';

export interface GatewayCircuits {
  /** The store: checkpoints, snapshots, bars, catalogue. */
  readonly store: CircuitBreaker;
  /** What is known of sessions that come back. Writes of sessions are made at their own pace, one at a time. */
  readonly sessions: CircuitBreaker;
  /** Words to other gateways about single sessions. */
  readonly signals: CircuitBreaker;
  /** Who has the keys of tokens. It is asked by whoever checks tokens, at its own pace: here only how that goes. */
  readonly issuer: CircuitBreaker;
  /** What gateways say of themselves: one call a second, one at a time. */
  readonly fleet: PacedCircuit;
}

/**
 * What stands before all that a gateway calls. Kafka is not called but read, by one loop that asks again by itself at a set
 * pace: nobody waits for it, so there is nothing to break; `tapecast_gateway_log_behind_seconds` has its state.
 */
export function createCircuits(limits: GatewayLimits, registry: Registry, logger: Logger): GatewayCircuits {
  const circuit = (target: string, isFailure?: (error: unknown) => boolean): CircuitBreaker =>
    new CircuitBreaker({
      target,
      failuresMax: limits.circuitFailuresMax,
      openMs: limits.circuitOpenMs,
      openMsMax: limits.circuitOpenMsMax,
      nowMs: () => performance.now(),
      changed: (state: CircuitState) => {
        if (state !== 'half_open') logger.warn({ event: `circuit_${state}`, target });
      },
      ...(isFailure === undefined ? {} : { isFailure }),
    });
  const circuits = {
    store: circuit('redis', isStoreAway),
    sessions: circuit('sessions', isStoreAway),
    signals: circuit('signals', isBusAway),
    issuer: circuit('issuer'),
    fleet: new PacedCircuit({ target: 'fleet', lateMs: limits.storeGoneMs, isFailure: isStoreAway }),
  };
  watchCircuits(registry, Object.values(circuits));
  return circuits;
}
