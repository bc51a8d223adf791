/** ms until a service's process prints `ready`; a slow machine that builds beside it takes some 5 s. */
export const SERVICE_READY_DEADLINE_MS = 30_000;

/** ms from then until it says at its admin port that it can work: its venue, the log and the store answer. */
export const SERVICE_WORKS_DEADLINE_MS = 30_000;

/** ms until a client gets `hello` through nginx, once all processes are ready. */
export const SERVED_DEADLINE_MS = 10_000;

/**
 * ms that each step of an orderly stop gets before its processes are killed. The steps (see `STOP_ORDER`) follow each
 * other and Kafka takes 1.5 s at most: 13.5 s together, within the 15 s that a stop may take.
 */
export const SERVICE_STOP_GRACE_MS = 4_000;

/** ms from the deadline of a gateway's drain to the end of its process. */
export const ROLLING_STOP_MARGIN_MS = 5_000;

/** ms until a gateway that was started again is ready: it reads the log to its end. Past it a rolling restart stops. */
export const ROLLING_READY_DEADLINE_MS = 60_000;

/** ms that gateways get to close all their clients at once when the whole cluster stops: there is nowhere to move to. */
export const CLOSE_CLIENTS_MS = 500;

/** ms a process that ended stays down before it is started again; doubled at each failure in a row, up to the most. */
export const RESTART_DELAY_MS = 200;
export const RESTART_DELAY_MS_MAX = 5_000;

/** A process that lived this long begins with the first delay again. */
export const HEALTHY_AFTER_MS = 30_000;

/** ms a process may take to answer on its admin port before it counts as not ready. */
export const ADMIN_TIMEOUT_MS = 1_000;

/** Of one kind; ports, memory and cores of one machine end long before. */
export const PROCESSES_MAX = 32;
