/**
 * `bad_option`: an option is out of its range. `nothing_to_play`: no recording has Binance frames. `wrong_venue`: a recording
 * is another venue's. `recordings_overlap`: two recordings have the same stream at the same time. `port_taken`: choose
 * another port. `bad_fault`: a fault request is not as documented. None is retryable.
 */
export type VenueErrorCode =
  | 'bad_option'
  | 'nothing_to_play'
  | 'wrong_venue'
  | 'recordings_overlap'
  | 'port_taken'
  | 'bad_fault';

export class VenueError extends Error {
  readonly code: VenueErrorCode;
  readonly retryable = false;
  constructor(code: VenueErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'VenueError';
    this.code = code;
  }
}
