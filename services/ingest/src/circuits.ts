import { isStoreAway } from '@tapecast/market-state';
import {
  CircuitBreaker,
  type CircuitState,
  type Logger,
  PacedCircuit,
  type Registry,
  watchCircuits,
} from '@tapecast/service-kit';
import { IngestError } from './errors.ts';
import type { IngestLimits } from './limits.ts';

/** What a feed tells of its venue, or has to ask first. */
export interface VenueCircuits {
  /** Its connections: each is made again at its own pace, which grows. Open from the end of one to the next that has subscribed. */
  readonly stream: PacedCircuit;
  /** Its REST: snapshots and missed trades of all instruments, each tried again by itself, so what is away is asked by one of them. */
  readonly rest: CircuitBreaker;
}

export interface IngestCircuits extends VenueCircuits {
  /** One send under way, which tries again by itself until the log takes it. */
  readonly log: PacedCircuit;
  /** One question or renewal at a time. */
  readonly leases: PacedCircuit;
  /** Entries of instruments, and what a takeover reads: each waits for its answer. */
  readonly catalogue: PacedCircuit;
}

/** No answer, or one that says that the venue is not well; another refusal is one of what was asked. */
export const isRestFailure = (error: unknown): boolean =>
  error instanceof IngestError && (error.code === 'venue_unreachable' || (error.status ?? 0) >= 500);

export function createRestCircuit(
  limits: IngestLimits,
  logger: Logger,
  nowMs = () => performance.now(),
): CircuitBreaker {
  return new CircuitBreaker({
    target: 'venue_rest',
    failuresMax: limits.restFailuresMax,
    openMs: limits.restOpenMs,
    openMsMax: limits.restOpenMsMax,
    nowMs,
    isFailure: isRestFailure,
    changed: (state: CircuitState) => {
      if (state !== 'half_open') logger.warn({ event: `circuit_${state}`, target: 'venue_rest' });
    },
  });
}

/** What stands before all that ingest calls. */
export function createCircuits(limits: IngestLimits, registry: Registry, logger: Logger): IngestCircuits {
  const lateMs = limits.callLateMs;
  const circuits = {
    stream: new PacedCircuit({ target: 'venue', lateMs }),
    rest: createRestCircuit(limits, logger),
    log: new PacedCircuit({ target: 'md.ticks', lateMs }),
    leases: new PacedCircuit({ target: 'leases', lateMs, isFailure: isStoreAway }),
    catalogue: new PacedCircuit({ target: 'catalogue', lateMs, isFailure: isStoreAway }),
  };
  watchCircuits(registry, Object.values(circuits));
  return circuits;
}
