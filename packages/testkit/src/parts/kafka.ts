import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { KafkaInstall } from './kafka-install.ts';
import { type BrokerSettings, brokerProperties, LOG4J_PROPERTIES, metaProperties } from './kafka-properties.ts';
import type { Part, PartProcess } from './part.ts';
import { freePorts } from './port.ts';
import type { StartedProcess } from './process.ts';
import { LOCAL_PARTS, type PartRunner } from './runner.ts';

const READY_LINE = /Kafka Server started/;
const READY_DEADLINE_MS = 60_000;
/**
 * Brokers that stop together wait for a quorum that is gone (5.4 s for three); what they wrote is with the kernel by then,
 * so they are killed before.
 */
const STOP_GRACE_MS = 1_500;
/** A broker of these settings lives in 160 to 230 MB in all. */
const HEAP = ['-Xms256m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

export interface KafkaOptions {
  /** Logs and data go here. Data of an earlier start with the same number of brokers is kept and served again. */
  dir: string;
  brokers: 1 | 3;
  /** Where logs go, default `dir`. */
  logDir?: string;
  /** One port a broker; default free ones. */
  ports?: readonly number[];
  /** How long a silent broker is still taken for alive; default 1,500 (Kafka's own default is 9,000). */
  brokerSessionTimeoutMs?: number;
  /** Default: the Java that is installed here. */
  parts?: PartRunner | undefined;
  /** More lines for `server.properties`, by name. */
  settings?: Readonly<Record<string, string | number>>;
}

export interface Kafka extends Part {
  readonly bootstrap: string[];
}

/**
 * Real Apache Kafka in KRaft mode on 127.0.0.1, each broker a controller too. With three brokers, topics get three
 * replicas by default and `min.insync.replicas` 2, so that one may die; with one broker one and 1.
 */
export async function startKafka(options: KafkaOptions): Promise<Kafka> {
  const dir = resolve(options.dir);
  const logDir = resolve(options.logDir ?? dir);
  const parts = options.parts ?? LOCAL_PARTS;
  const install = await parts.kafka();
  await archiveClasses(parts, install);
  const clusterId = keptClusterId(dir);
  const count = options.brokers;
  const controllerPorts = await freePorts(count);
  const clientPorts = options.ports ?? (await distinctPorts(count, controllerPorts));
  const brokers = controllerPorts.map((controllerPort, index) => {
    const folder = join(dir, `broker-${index}`);
    const settings: BrokerSettings = {
      index,
      dataDir: join(folder, 'data'),
      port: clientPorts[index]!,
      controllerPort,
      controllerPorts,
      brokerSessionTimeoutMs: options.brokerSessionTimeoutMs ?? 1_500,
      more: options.settings ?? {},
    };
    return new Broker(parts, install, settings, folder, join(logDir, `kafka-${index}.log`), clusterId);
  });
  const starting = brokers.map((broker) => broker.start());
  try {
    // All of them: only what has started can be stopped.
    await Promise.allSettled(starting);
    await Promise.all(starting);
  } catch (error) {
    await Promise.all(brokers.map((broker) => broker.stop()));
    throw error;
  }
  return {
    role: 'kafka',
    bootstrap: brokers.map((broker) => broker.address),
    get processes() {
      return brokers.map((broker) => broker.process());
    },
    kill: (index, signal = 'SIGKILL') => brokerAt(brokers, index).kill(signal),
    restart: (index) => brokerAt(brokers, index).restart(),
    stop: async () => {
      await Promise.all(brokers.map((broker) => broker.stop()));
    },
  };
}

class Broker {
  readonly address: string;
  readonly #parts: PartRunner;
  readonly #install: KafkaInstall;
  readonly #settings: BrokerSettings;
  readonly #folder: string;
  readonly #log: string;
  #child: StartedProcess | undefined;

  constructor(
    parts: PartRunner,
    install: KafkaInstall,
    settings: BrokerSettings,
    folder: string,
    log: string,
    clusterId: string,
  ) {
    this.#parts = parts;
    this.#install = install;
    this.#settings = settings;
    this.#folder = folder;
    this.#log = log;
    this.address = `127.0.0.1:${settings.port}`;
    const meta = join(settings.dataDir, 'meta.properties');
    if (!existsSync(meta)) {
      mkdirSync(settings.dataDir, { recursive: true });
      writeFileSync(meta, metaProperties(clusterId, settings.index, newId()));
    }
  }

  async start(): Promise<void> {
    const file = join(this.#folder, 'server.properties');
    writeFileSync(file, brokerProperties(this.#settings));
    this.#child = await this.#parts.start({
      part: 'kafka',
      name: `kafka ${this.#settings.index}`,
      command: this.#install.java,
      args: javaArguments(this.#install, [`-XX:SharedArchiveFile=${this.#install.archive}`, '-Xshare:auto'], file),
      log: this.#log,
      cwd: this.#folder,
      folders: [dirname(this.#install.archive)],
    });
    await this.#child.ready({ line: READY_LINE, port: this.#settings.port, deadlineMs: READY_DEADLINE_MS });
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async stop(): Promise<void> {
    await this.#child?.stop(STOP_GRACE_MS);
  }

  process(): PartProcess {
    const child = this.#child!;
    return {
      role: 'kafka',
      index: this.#settings.index,
      pid: child.pid,
      address: this.address,
      log: this.#log,
      exited: child.exited,
    };
  }
}

/**
 * Lets one broker run once and keep its loaded classes in an archive for all later starts: ready in 1.1 s instead of
 * 2.2 s, and 60 MB less memory a broker, for some 4 s once. A broker starts without the archive as well.
 */
async function archiveClasses(parts: PartRunner, install: KafkaInstall): Promise<void> {
  if (existsSync(install.archive)) return;
  const folder = `${install.archive}.${process.pid}`;
  const [port, controllerPort] = await freePorts(2);
  const dataDir = join(folder, 'data');
  const file = join(folder, 'server.properties');
  const archive = join(folder, 'classes.jsa');
  mkdirSync(dataDir, { recursive: true });
  try {
    writeFileSync(join(dataDir, 'meta.properties'), metaProperties(newId(), 0, newId()));
    const settings = {
      index: 0,
      dataDir,
      port: port!,
      controllerPort: controllerPort!,
      brokerSessionTimeoutMs: 3_000,
      more: {},
    };
    writeFileSync(file, brokerProperties({ ...settings, controllerPorts: [controllerPort!] }));
    const child = await parts.start({
      part: 'kafka',
      name: 'kafka (first run)',
      command: install.java,
      args: javaArguments(install, [`-XX:ArchiveClassesAtExit=${archive}`], file),
      log: join(folder, 'kafka.log'),
      folders: [],
    });
    try {
      await child.ready({ line: READY_LINE, deadlineMs: READY_DEADLINE_MS });
    } finally {
      await child.stop(60_000);
    }
    if (existsSync(archive)) renameSync(archive, install.archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Brokers with other ids than their data refuse to start, so the cluster's is kept beside the data. */
function keptClusterId(dir: string): string {
  const file = join(dir, 'cluster-id');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const id = newId();
  mkdirSync(dir, { recursive: true });
  writeFileSync(file, id);
  return id;
}

/** Kafka's ids must not begin with a dash, which its own tools would take for an option. */
function newId(): string {
  return randomBytes(16).toString('base64url').replace(/^-/, 'A');
}

function javaArguments(install: KafkaInstall, flags: readonly string[], properties: string): string[] {
  const log4j = join(dirname(properties), 'log4j2.properties');
  writeFileSync(log4j, LOG4J_PROPERTIES);
  const log = [
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
    `-Dlog4j2.configurationFile=${log4j}`,
  ];
  return [...HEAP, ...flags, ...log, '-cp', install.classpath, 'kafka.Kafka', properties];
}

async function distinctPorts(count: number, taken: readonly number[]): Promise<number[]> {
  const ports = await freePorts(count + taken.length);
  return ports.filter((port) => !taken.includes(port)).slice(0, count);
}

function brokerAt(brokers: readonly Broker[], index: number): Broker {
  const broker = brokers[index];
  if (broker === undefined) throw new RangeError(`no kafka broker ${index}: there are ${brokers.length}`);
  return broker;
}
