/** Every bound of the package: value, unit, why it is this much, and what happens past it. */

/**
 * Characters of a token. Some 500 symbols fit, which a connection that shows it holds as some 50 kB; past it: `token_invalid` before
 * anything of it is decoded.
 */
export const TOKEN_LENGTH_MAX = 8 * 1024;
/** Characters of a key's id (`kid`). Past it: such a key is not taken, and such a token is `token_invalid`. */
export const KEY_ID_LENGTH_MAX = 256;
/** Characters of `sub`: it is a key of maps and stands in answers. Past it: `token_invalid`. */
export const SUBJECT_LENGTH_MAX = 256;
/** Names in the lists of a token's claim. Past it: `token_invalid`. Use a region or `*` for more. */
export const GRANT_NAMES_MAX = 1_000;
/** Characters of a name in these lists; no instrument has more. Past it: `token_invalid`. */
export const GRANT_NAME_LENGTH_MAX = 128;
/** Seconds that the clock of an issuer may be ahead of ours: for `nbf` and `iat` only, `exp` is exact. */
export const CLOCK_TOLERANCE_S = 30;
/** How far ahead `exp` may be, in seconds: a token that was stolen must end by itself. Past it: `token_invalid`. */
export const EXPIRY_AHEAD_S_MAX = 366 * 86_400;
/**
 * Characters of the verified tokens that are remembered until their `exp`, all together, so that a client that comes back costs
 * no signature: some 10,000 usual ones; their grants take some ten bytes a character. Past it: the oldest go.
 */
export const REMEMBERED_LENGTH_MAX = 4 * 1024 * 1024;

export interface KeyLimits {
  /** Bytes of a JWKS document. Past it: it is not read further and the keys that are known stay. */
  readonly documentBytesMax: number;
  /** Keys in it, usable or not. Past it: as above. */
  readonly keysMax: number;
  /** A fetch, from connecting to its last byte, in ms. Past it: it failed. */
  readonly fetchMs: number;
  /** Least time between the starts of two fetches that unknown key ids cause, in ms: forged ids cannot make more. */
  readonly cooldownMs: number;
  /** The same for a file: reading it costs nobody else anything. */
  readonly fileCooldownMs: number;
  /**
   * Tokens of unknown keys that wait for the next fetch at once: as many clients as may come at once with the first tokens of a key. Half
   * of the connections a gateway lets wait, so that forged ids can't take all of these. Past it: `unavailable`.
   */
  readonly waitingMax: number;
  /** Bounds of a `max-age` in ms, and what holds where an answer names none. Keys are fetched again at four fifths of it. */
  readonly maxAgeMsMin: number;
  readonly maxAgeMsMax: number;
  readonly maxAgeMsDefault: number;
  /** Pause after a fetch that failed, in ms: doubles from the first to the second. */
  readonly retryMsMin: number;
  readonly retryMsMax: number;
  /** Between two looks at whether a file changed, in ms. */
  readonly fileCheckMs: number;
}

export const DEFAULT_KEY_LIMITS: KeyLimits = Object.freeze({
  documentBytesMax: 64 * 1024,
  keysMax: 64,
  fetchMs: 3_000,
  cooldownMs: 2_000,
  fileCooldownMs: 100,
  waitingMax: 2_000,
  maxAgeMsMin: 5_000,
  maxAgeMsMax: 600_000,
  maxAgeMsDefault: 300_000,
  retryMsMin: 1_000,
  retryMsMax: 30_000,
  fileCheckMs: 1_000,
});
