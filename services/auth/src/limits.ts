/**
 * Bounds of the auth service: unit in the name, reason beside it, and what happens past it.
 */

/**
 * Keys in the ring: the one that signs, the next, and those that live tokens need. A verifier reads all of them at once.
 * Policy: options that would need more are refused at start; past it the key that signs goes on and no next one is made.
 */
export const KEYS_MAX = 16;

/**
 * ms that a key stays published after its last token has expired: an instance that could not read the store (a failover
 * takes some 2 s, a call waits 5 s) signs on with it meanwhile, and clocks differ.
 */
export const PUBLISHED_MARGIN_MS = 10_000;

/** ms for which a revoked key is remembered, so that no instance that was cut off brings it back. */
export const REVOCATION_MS = 30 * 24 * 3_600_000;
/** Revoked keys remembered. Policy: the oldest is forgotten. */
export const REVOCATIONS_MAX = 32;

/** Attempts of one look at the store to have a change accepted while others make theirs. Policy: at the next look. */
export const REPLACE_ATTEMPTS_MAX = 8;

/** ms that one try to open the store may take. Past it: it is logged and tried again, for ever. */
export const OPEN_MS_MAX = 3_000;
/** ms between two tries to open the store at start. Policy: for ever; each OPEN_LOG_EVERY-th failure is logged. */
export const OPEN_RETRY_MS = 1_000;
export const OPEN_LOG_EVERY = 30;

/** Seconds that a token lives where nobody asks for less or more, and the most that any may. Past it: `invalid_scope`. */
export const TOKEN_SECONDS_DEFAULT = 300;
export const TOKEN_SECONDS_MAX = 900;

/** Bytes of a request for a token: some hundred symbols. More of them are asked for by region. Past it: 413. */
export const BODY_BYTES_MAX = 16 * 1024;
/** Bytes of a request's headers. Past it: 431. */
export const HEADER_BYTES_MAX = 8 * 1024;
/** ms for a request's headers, and for all of it. Past it: 408, and the connection is closed. */
export const HEADERS_MS_MAX = 5_000;
export const REQUEST_MS_MAX = 10_000;
/** ms that a connection without a request stays; longer than proxies keep theirs. */
export const KEEP_ALIVE_MS = 75_000;
/** Connections of a process, and of one address that is no trusted proxy. Past it: closed as they come. */
export const CONNECTIONS_MAX = 4_096;
export const CONNECTIONS_PER_ADDRESS_MAX = 256;
/** ms that an orderly stop waits for requests under way. Policy: then they are cut off. */
export const STOP_MS = 3_000;

/** Requests of one address in a second: one back end that renews 100,000 clients of 5 minutes needs 400. Past it: 429. */
export const REQUESTS_PER_SECOND_MAX = 3_000;
/**
 * Wrong secrets of one address, and for one client's name from anywhere, in FAILURES_WINDOW_MS. Past it: 429 for every
 * secret that would have to be checked; one that was right before is known without that and goes through.
 */
export const FAILURES_PER_ADDRESS_MAX = 20;
export const FAILURES_PER_CLIENT_MAX = 60;
export const FAILURES_WINDOW_MS = 60_000;
/** Addresses and names that are counted. Policy: those counted longest ago are forgotten first. */
export const COUNTED_MAX = 10_000;

/** Secrets being checked at once: each takes a core for some 40 ms and 16 MiB. Past it: they wait. */
export const CHECKS_AT_ONCE = 2;
/** Checks that wait: some 2 s of them. Past it: 503 with Retry-After. */
export const CHECKS_WAITING_MAX = 64;

/** Characters of a client's name and of its secret. Past it: `invalid_client`. */
export const CLIENT_ID_LENGTH_MAX = 128;
export const CLIENT_SECRET_LENGTH_MAX = 512;
/** Clients in the file, and its bytes. Past it: the file is refused; the one before goes on. */
export const CLIENTS_MAX = 1_000;
export const CLIENTS_FILE_BYTES_MAX = 1024 * 1024;
/** Secrets of one client: the old and the new while they are changed. */
export const SECRETS_PER_CLIENT_MAX = 2;

/** ms between two looks at whether a file (clients, certificate) changed. */
export const FILE_CHECK_MS = 1_000;

/** Keys in the file of key-encryption keys: the new and the old while they are changed. Past it: refused at start. */
export const KEY_ENCRYPTION_KEYS_MAX = 4;

/** Without an answer of the store for so long its circuit is told to be open. A failover takes less. Nothing is refused: it is asked at its own pace. */
export const STORE_LATE_MS = 3_000;
