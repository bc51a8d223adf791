/** ms between two readings of the cluster: who is master, and which replicas follow. A new master is watched after this. */
export const TOPOLOGY_INTERVAL_MS = 1_000;

/** ms that a node has for one command. A node that takes longer is asked again at the next reading. */
export const COMMAND_TIMEOUT_MS = 500;

/** ms that a master whose connection closed has to accept another. Slower is neither death nor life: tried again. */
export const RECONNECT_TIMEOUT_MS = 250;

/** ms between two tries to reach a master that neither accepts nor refuses. */
export const RECONNECT_INTERVAL_MS = 250;

/** ms between two promotions of one master's replicas: an election that won is known by then. */
export const PROMOTION_INTERVAL_MS = 1_000;

/** Promotions tried for one death. Then it is left to the cluster, which elects a replica after its node timeout. */
export const PROMOTIONS_MAX = 3;

/** ms between two questions whether a replica has become master. */
export const PROMOTED_POLL_MS = 10;

/** Bytes of a node's reply. Those that are asked for have some kB; past it the node is not taken for Redis. */
export const REPLY_BYTES_MAX = 1024 * 1024;

/** Masters watched at once. Redis Cluster itself is not made for more. */
export const MASTERS_MAX = 1_000;

/** ms between two PINGs on the connection that is held to each master; one at a time. */
export const PING_INTERVAL_MS = 50;

/**
 * ms that a master has owed the reply to a PING until the other masters are asked what they see. A command of ours takes
 * some ms; a fork of a large node, or a slow disk under an append-only file, 100 to 300.
 */
export const SUSPECT_MS = 350;

/**
 * ms of silence from which on a master is taken for hung, where most masters miss it, too. Below the 1 s after which its clients
 * cut their connections: they find the new master when they look for it. Redis's own node timeout is no longer than that.
 */
export const HUNG_MS = 700;

/** ms between two questions to the other masters while one is silent, and from a first to a last look that have to agree. */
export const VIEW_INTERVAL_MS = 50;
export const VIEWS_APART_MS = 100;
