import { installKafka, type KafkaInstall } from './kafka-install.ts';
import { type StartedProcess, type StartProcessOptions, startProcess } from './process.ts';
import { findProgram } from './program.ts';

export type PartName = 'kafka' | 'redis' | 'nginx';

export interface StartPartOptions extends StartProcessOptions {
  part: PartName;
  /** Folders that the program reads or writes beside those of `cwd` and `log`. */
  folders: readonly string[];
}

/**
 * Where the programs of the parts run: on this machine, or in containers on it. A program has the same paths, ports on
 * 127.0.0.1, user and process id in both, so a part's driver is one: what runs where is the runner's alone.
 */
export interface PartRunner {
  readonly kind: 'local' | 'containers';
  /** What runs Kafka, as seen where it runs; got when absent. Rejects with what is missing and how to get it. */
  kafka(): Promise<KafkaInstall>;
  /** The program, as seen where it runs. Rejects with what is missing and how to get it. */
  program(part: 'redis' | 'nginx'): Promise<string>;
  /** The program's end is the end of all that it started. When this process ends, by kill -9 too, the program ends within 5 s. */
  start(options: StartPartOptions): Promise<StartedProcess>;
  /** When every part of it has been stopped. Leaves nothing behind. */
  close(): Promise<void>;
}

/** Programs installed on this machine. */
export const LOCAL_PARTS: PartRunner = {
  kind: 'local',
  kafka: () => installKafka(),
  program: async (part) => findProgram(PROGRAMS[part]),
  start: async (options) => startProcess(options),
  close: async () => undefined,
};

export const PROGRAMS = {
  redis: {
    name: 'redis-server',
    neededFor: 'the cluster set-up needs Redis 7',
    install: '`apt-get install redis-server` (Debian, Ubuntu) or `brew install redis`',
  },
  nginx: {
    name: 'nginx',
    neededFor: 'the cluster set-up needs nginx 1.18 or later in front of the gateways',
    install: '`apt-get install nginx-light` (Debian, Ubuntu) or `brew install nginx`',
  },
} as const;
