import type { ProcessExit } from './process.ts';

/** One operating-system process of a part, as it stands in `cluster.json`. */
export interface PartProcess {
  readonly role: string;
  readonly index: number;
  readonly pid: number;
  /** `host:port` at which it serves. */
  readonly address: string;
  /** Path of its log file. */
  readonly log: string;
  /** Resolves when this process (not a later one of the same index) has ended, whoever ended it. */
  readonly exited: Promise<ProcessExit>;
}

/** A server we did not write (Kafka, Redis Cluster, nginx), started for a test or for the cluster set-up. */
export interface Part {
  readonly role: string;
  /** The processes as they are now: after `restart` an entry has another pid. */
  readonly processes: readonly PartProcess[];
  /** Stops every process (a suspended one too) and resolves when all are gone. Safe to call twice. */
  stop(): Promise<void>;
  /** Sends a signal to one process, default SIGKILL. SIGSTOP hangs it, SIGCONT lets it go on. */
  kill(index: number, signal?: NodeJS.Signals): void;
  /** Starts one process that has ended (ends it first where it has not) on its address and data; resolves when it serves. */
  restart(index: number): Promise<void>;
}
