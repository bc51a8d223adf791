import { CLOSE_CODES, type ClientMessage, type ErrorMessage, type SuccessMessage } from '@tapecast/wire';
import { AUTH_ANSWER_MS_MAX, RENEW_RETRY_FIRST_MS_MAX, RENEW_RETRY_MS_MAX, RENEW_SPREAD_MS_MAX } from './limits.ts';
import { NoTokenError, type Tokens, withoutTokens } from './token-source.ts';

/** Why the gateway, or the program's own source, gave no way in. */
export interface LoginFailure {
  /** The gateway's error code; `token_source`: there was no token to show. */
  code: string;
  msg: string;
}

export interface LoginOptions {
  tokens: Tokens;
  /** The token of this connection. */
  token: string;
  /** It went with the address: `hello` says that it was taken. */
  sent: boolean;
  send(message: ClientMessage): void;
  /** Numbers in [0, 1). */
  random: () => number;
  now: () => number;
  /** `answer` is undefined where the address had the token. */
  onIn(answer: SuccessMessage | undefined, renewed: boolean): void;
  /** A renewal failed; tried again after `retryInMs`, where it is there. The connection stays as it is. */
  onRenewalFailed(failure: LoginFailure, retryInMs: number | undefined): void;
  /** The first token was not taken: the connection is of no use. `closeCode` says what the gateway would close it with. */
  onRefused(failure: LoginFailure, closeCode: number): void;
}

/** 1006: as a connection that never answered. */
const NO_ANSWER = 1006;

/** Shows the token of one connection, and renews it before it expires. Knows no socket. */
export class Login {
  readonly #options: LoginOptions;
  #token: string;
  #in = false;
  #ended = false;
  /** What waits for the gateway's answer. */
  #asked: { id: string; token: string } | undefined;
  #asks = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Until when the token that is to be renewed is good; undefined while none is. */
  #renewBy: number | undefined;
  #failures = 0;

  constructor(options: LoginOptions) {
    this.#options = options;
    this.#token = options.token;
  }

  /** The gateway took the token. */
  get in(): boolean {
    return this.#in;
  }

  /** The newest token that the gateway took, or the first. */
  get token(): string {
    return this.#token;
  }

  /** `hello` came. */
  begin(): void {
    if (!this.#options.sent) {
      this.#ask(this.#token);
      return;
    }
    this.#in = true;
    this.#options.onIn(undefined, false);
  }

  /** Whether the message was the answer to this login. */
  answered(message: SuccessMessage | ErrorMessage): boolean {
    const asked = this.#asked;
    if (asked === undefined || message.id !== asked.id) return false;
    this.#asked = undefined;
    clearTimeout(this.#timer);
    if (message.type === 'error') {
      const failure = { code: message.code, msg: withoutTokens(message.msg, asked.token) };
      if (this.#in) this.#renewalFailed(failure);
      else this.#options.onRefused(failure, closeCodeOf(message));
      return true;
    }
    const renewed = this.#in;
    this.#in = true;
    this.#token = asked.token;
    this.#renewBy = undefined;
    this.#failures = 0;
    this.#options.onIn(message, renewed);
    return true;
  }

  /** The gateway said that the token is good for `afterMs` more. */
  expiring(afterMs: number): void {
    const { tokens, now, random } = this.#options;
    if (!this.#in || !tokens.renewable || this.#renewBy !== undefined) return;
    this.#renewBy = now() + afterMs;
    // Spread, or all clients that signed in together would ask for tokens together for ever. Half the time is left for retries.
    this.#later(random() * Math.min(afterMs / 2, RENEW_SPREAD_MS_MAX));
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #later(delayMs: number): void {
    clearTimeout(this.#timer);
    // `#renew` settles every fault by itself: it never rejects.
    this.#timer = setTimeout(() => void this.#renew(), delayMs);
  }

  async #renew(): Promise<void> {
    try {
      const token = await this.#options.tokens.ask();
      if (this.#ended) return;
      if (token === this.#token)
        throw new NoTokenError('The token source gave again the token that is about to expire');
      this.#ask(token);
    } catch (error) {
      if (this.#ended) return;
      const msg = error instanceof NoTokenError ? error.message : 'The token could not be sent';
      this.#renewalFailed({ code: 'token_source', msg });
    }
  }

  #ask(token: string): void {
    const id = `auth-${++this.#asks}`;
    this.#asked = { id, token };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#unanswered(), AUTH_ANSWER_MS_MAX);
    this.#options.send({ action: 'auth', id, token });
  }

  #unanswered(): void {
    this.#asked = undefined;
    const failure = { code: 'unavailable', msg: `The gateway did not answer auth within ${AUTH_ANSWER_MS_MAX} ms` };
    if (this.#in) this.#renewalFailed(failure);
    else this.#options.onRefused(failure, NO_ANSWER);
  }

  #renewalFailed(failure: LoginFailure): void {
    const { random, now, onRenewalFailed } = this.#options;
    const bound = Math.min(RENEW_RETRY_MS_MAX, RENEW_RETRY_FIRST_MS_MAX * 2 ** Math.min(this.#failures++, 31));
    // From a quarter of the bound on: a source that fails at once is not asked in a loop.
    const delayMs = Math.floor(bound * (0.25 + 0.75 * random()));
    const retry = this.#renewBy !== undefined && now() + delayMs < this.#renewBy;
    // Too late for another try: the gateway ends the connection, and the next one begins with a new token.
    if (retry) this.#later(delayMs);
    onRenewalFailed(failure, retry ? delayMs : undefined);
  }
}

function closeCodeOf({ code, temporary }: ErrorMessage): number {
  if (temporary) return CLOSE_CODES.keysUnavailable.code;
  if (code === 'forbidden') return CLOSE_CODES.forbidden.code;
  return code === 'token_expired' ? CLOSE_CODES.tokenExpired.code : CLOSE_CODES.badToken.code;
}
