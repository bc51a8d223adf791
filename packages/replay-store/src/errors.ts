/**
 * - `locked`: another process, or another opening in this one, has the folder. Nothing was touched.
 * - `disk_full`: no room. Retry when there may be; the store itself tries once a second at most.
 * - `unavailable`: the disk, or what is on it, can't be read or written. Retry as with `disk_full`.
 * - `invalid`: the caller passed what can't be stored. A defect of the caller.
 * - `closed`: called after `close`.
 */
const RECORD_STORE_ERRORS = {
  locked: { retryable: true },
  disk_full: { retryable: true },
  unavailable: { retryable: true },
  invalid: { retryable: false },
  closed: { retryable: false },
} as const;

export type RecordStoreErrorCode = keyof typeof RECORD_STORE_ERRORS;

export class RecordStoreError extends Error {
  readonly code: RecordStoreErrorCode;
  readonly retryable: boolean;

  constructor(code: RecordStoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RecordStoreError';
    this.code = code;
    this.retryable = RECORD_STORE_ERRORS[code].retryable;
  }
}
