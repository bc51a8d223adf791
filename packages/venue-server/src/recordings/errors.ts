/**
 * `not_found`: the file can't be read. `unknown_format`: its content is none of the known recordings.
 * `too_large`: decompressed it passes `limits.recordingBytesMax`. None is retryable.
 */
export type RecordingErrorCode = 'not_found' | 'unknown_format' | 'too_large';

export class RecordingError extends Error {
  readonly code: RecordingErrorCode;
  readonly retryable = false;
  constructor(code: RecordingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RecordingError';
    this.code = code;
  }
}
