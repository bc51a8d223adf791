import { type MarketState, MarketStateError } from '@tapecast/market-state';
import { type CircuitBreaker, CircuitOpenError } from '@tapecast/service-kit';

/** What a gateway reads of the store. */
export type StateReads = Pick<MarketState, 'record' | 'snapshot' | 'bars' | 'catalogue' | 'catalogueVersion'>;

/** Errors that say that the store is not well; the others say that the call was wrong. */
export const isStoreFailure = (error: unknown): boolean =>
  !(error instanceof MarketStateError) || error.code === 'unavailable' || error.code === 'overloaded';

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
