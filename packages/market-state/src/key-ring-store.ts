/**
 * Where the issuers of tokens keep their one document: the key ring, sealed by them before it comes here. Redis Cluster or
 * memory; one conformance suite. Every call rejects with `MarketStateError` (code 'unavailable', retryable) while the
 * store is away, within its call timeout.
 */
export interface KeyRingStore {
  /**
   * The document as it is stored now; undefined when there never was one. A failover may lose the last one written: a
   * caller that knows a newer one puts it back.
   */
  read(): Promise<Uint8Array | undefined>;
  /**
   * Stores `next` if the stored document is still `expected`, byte for byte (undefined: there is none), in one step. Of
   * several callers with one `expected`, one gets 'written'. 'written' also where `next` is what is stored: a call that is
   * sent again after its reply was lost agrees with itself, so a document must never be made twice with equal bytes.
   */
  replace(expected: Uint8Array | undefined, next: Uint8Array): Promise<'written' | 'conflict'>;
  close(): Promise<void>;
}
