import { type MarketState, MarketStateError, type SessionStore } from '@tapecast/market-state';
import { type CircuitBreaker, CircuitOpenError } from '@tapecast/service-kit';
import { type SignalBus, SignalBusError } from '@tapecast/signal-bus';

/** What a gateway reads of the store. */
export type StateReads = Pick<MarketState, 'record' | 'snapshot' | 'bars' | 'catalogue' | 'catalogueVersion'>;

/** An error that says that the bus is not well; the others say that the call was wrong. */
export const isBusAway = (error: unknown): boolean => !(error instanceof SignalBusError) || error.retryable;

/** The store's reads behind a circuit. While that is open each is `unavailable` at once, as after its time. */
export function guardedState(state: StateReads, circuit: CircuitBreaker): StateReads {
  const guarded = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await circuit.run(call);
    } catch (error) {
      if (error instanceof CircuitOpenError) throw new MarketStateError('unavailable', error.message, { cause: error });
      throw error;
    }
  };
  return {
    record: (partition) => guarded(() => state.record(partition)),
    snapshot: (partition, instrument) => guarded(() => state.snapshot(partition, instrument)),
    bars: (partition, instrument, interval, range) => guarded(() => state.bars(partition, instrument, interval, range)),
    catalogue: () => guarded(() => state.catalogue()),
    catalogueVersion: () => guarded(() => state.catalogueVersion()),
  };
}

/**
 * Sessions behind a circuit: thousands of clients come back at once, and none of them waits for a store that has not answered the
 * others. Writes gather what is to be written and go one at a time: they are always made, and how they go counts.
 */
export function guardedSessions(sessions: SessionStore, circuit: CircuitBreaker): SessionStore {
  return {
    take: (id, claim, owner, ttlMs) => circuit.run(() => sessions.take(id, claim, owner, ttlMs)),
    write: (writes) => circuit.watch(() => sessions.write(writes)),
    close: () => sessions.close(),
  };
}

/** What of a signal bus a gateway uses for its sessions. */
export type SessionSignals = Pick<SignalBus, 'publish' | 'subscribe'>;

/** The bus behind a circuit: a signal that is not sent is made good by the next write of its session. */
export function guardedSignals(signals: SignalBus, circuit: CircuitBreaker): SessionSignals {
  return {
    publish: (channel, payload) => circuit.run(() => signals.publish(channel, payload)),
    subscribe: (channel, onSignal) => circuit.watch(() => signals.subscribe(channel, onSignal)),
  };
}
