/**
 * ms a call waits for the store before it rejects with `unavailable`. A failover of Redis 7 at a node timeout of 1 s
 * takes 2.3 s (2.5 s at most, measured): a call rides it out.
 */
export const CALL_TIMEOUT_MS = 5_000;

/** ms until a first connection must stand; then the start fails with `unavailable`. */
export const OPEN_TIMEOUT_MS = 10_000;

/**
 * ms without a byte from a node that owes a reply, until its connection is cut and its commands are sent again. A script
 * of ours runs some ms at most; a hung node is recovered from in 2.3 to 3.3 s with this, in 5.3 s without, in 1.1 to 1.4 s where the
 * watchdog has its replica take over (measured).
 */
export const SILENCE_MS = 1_000;

/** ms between two looks at who is master, one small question to one node each. A failover that no call met is known this much later. */
export const SLOTS_LOOK_MS = 1_000;

/** ms for a node to answer that, or to accept a connection for the whole slot map. Past it another is asked. */
export const SLOTS_WAIT_MS = 250;

/** ms between two tries of one step of a call while the store is away. */
export const RETRY_DELAY_MS = 20;

/** Calls that wait for the store at once. Past it: `overloaded`, at once, so that an outage can't fill the process's memory. */
export const PENDING_CALLS_MAX = 4_096;

/**
 * Bytes of values in one script call. Redis does nothing else meanwhile, nor does a replica when it applies it: 256 KiB
 * take well under 1 ms. A single larger value goes alone.
 */
export const CHUNK_BYTES_MAX = 256 * 1024;

/** Values in one script call, for the same reason. */
export const CHUNK_ITEMS_MAX = 256;

/** Instruments read by one script call: a reply of some 32 times 100 kB at most. */
export const INSTRUMENTS_PER_READ = 32;

/** Bytes of one instrument's view and fold together. Past it: `invalid`. A full book of 20,000 levels takes less than 1 MB. */
export const INSTRUMENT_BYTES_MAX = 8 * 1024 * 1024;

/** Bytes of the key ring. Past it: `invalid`. A ring of the most keys that an issuer keeps has some 8 kB. */
export const KEY_RING_BYTES_MAX = 64 * 1024;

/** ms between two looks of who watches a lease. One script call each; a change is known this much later at most. */
export const LEASE_WATCH_MS = 250;

/** ms between two log lines of one kind while the store is away; ioredis reports some 100 errors in one failover. */
export const LOG_INTERVAL_MS = 5_000;

/** Characters of one session as it is stored. Past it: `invalid`. 10,000 subscriptions with as many positions have some 700,000. */
export const SESSION_BYTES_MAX = 2 * 1024 * 1024;

/**
 * ms for which takes of sessions are gathered: clients of a gateway that ended come back together, and a call costs the one who
 * makes it ten times what a session in it does.
 */
export const TAKE_GATHER_MS = 5;

/** Sessions taken by one script call: a reply of some 32 times 700 kB at most, and of some 10 kB as sessions are. */
export const TAKES_PER_CALL = 32;

/** Sessions that the memory driver keeps, some 500 bytes each beside what is stored of them. Past it: those written longest ago go. */
export const MEMORY_SESSIONS_MAX = 200_000;

/** Characters of all of these together, of 1 or 2 bytes. Past it: the same. 40,000 sessions of 100 streams have some 50 Mi. */
export const MEMORY_SESSION_CHARACTERS_MAX = 64 * 1024 * 1024;

/** Characters of a session's id, and of the names of a gateway and a connection. Past it: `invalid`. */
export const SESSION_TEXT_LENGTH_MAX = 128;

/** Members of a fleet: each reads what all say, some 100 bytes each. Past it: `overloaded`, who comes is not counted. */
export const FLEET_MEMBERS_MAX = 1_000;
