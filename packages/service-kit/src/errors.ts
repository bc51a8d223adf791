/** Why a command did not start. The message is for the person at the terminal: what happened, what was expected, what to do. */
export class StartError extends Error {
  readonly code: 'bad_option' | 'port_taken' | 'unsafe_listen' | 'unavailable' | 'missing_part';

  constructor(code: StartError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
    this.code = code;
  }
}
