import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeTrialClient, type TrialCredentials, writeTrialCredentials } from '@tapecast/access';
import {
  type AdminServer,
  createLogger,
  type Logger,
  type Readiness,
  type RunningService,
  StartError,
} from '@tapecast/service-kit';
import type { VenueAbout } from '@tapecast/venue-server';
import { makeCertificates } from '../parts/certificates.ts';
import { chooseParts } from '../parts/choose.ts';
import { startKafka } from '../parts/kafka.ts';
import { type NginxAuth, startNginx } from '../parts/nginx.ts';
import type { Part } from '../parts/part.ts';
import { freePort, freePorts } from '../parts/port.ts';
import { startRedisCluster } from '../parts/redis.ts';
import type { PartRunner } from '../parts/runner.ts';
import { type Administered, startClusterAdmin, untilReady } from './admin.ts';
import { type ClusterProcess, clusterFilePath, writeClusterFile } from './cluster-file.ts';
import type { ClusterConfig } from './config.ts';
import { type DataFolder, prepareDataFolder } from './data-folder.ts';
import { CLOSE_CLIENTS_MS, SERVICE_WORKS_DEADLINE_MS } from './limits.ts';
import { checkRecording, checkToken, childEnvironment, dropSecrets, takePort } from './preconditions.ts';
import { type RollingPlan, RollingRestart, type RollingState } from './rolling-restart.ts';
import { untilServed } from './served.ts';
import { type ServicePart, startService } from './service-part.ts';
import {
  authArguments,
  computeArguments,
  gatewayArguments,
  ingestArguments,
  PAGE,
  type PartAddresses,
  type ReplayVenueAddress,
  redisWatchdogArguments,
  SCRIPTS,
  type ServiceRole,
  secretsOf,
  venueArguments,
} from './service-plan.ts';
import { Supervisor } from './supervisor.ts';

/**
 * Roles that stop together, one row after the other: gateways say goodbye to their clients while nginx still passes it
 * on, compute folds and checkpoints what ingest wrote, the log and the state go last.
 */
const STOP_ORDER: readonly (readonly string[])[] = [
  ['gateway'],
  ['nginx', 'ingest', 'venue', 'auth', 'redis-watchdog'],
  ['compute'],
  ['kafka', 'redis'],
];

/** Of a machine's cluster: its gateways come back within seconds, and its clients are a few thousand. */
const ROLLING_PLAN: RollingPlan = { perSecond: 200, drainMs: 30_000 };

export interface StartedCluster {
  service: RunningService;
  addresses: string[];
  onReady(): void;
}

/** Starts the whole cluster of `config` as local processes; stops what it started when something fails or `abort` says so. */
export async function startLocalCluster(config: ClusterConfig, abort: AbortSignal): Promise<StartedCluster> {
  dropSecrets(process.env);
  const cluster = new LocalCluster(config, createLogger('cluster', config.logLevel), abort);
  try {
    return await cluster.start();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

class LocalCluster {
  readonly #config: ClusterConfig;
  readonly #logger: Logger;
  readonly #abort: AbortSignal;
  readonly #supervisor: Supervisor;
  readonly #parts: Part[] = [];
  readonly #services: ServicePart[] = [];
  readonly #env = childEnvironment();
  #runner: PartRunner | undefined;
  #folder: DataFolder | undefined;
  #admin: AdminServer | undefined;
  readonly #rolling: RollingRestart;
  #started = false;
  #readiness: Readiness = { ready: false, reason: 'starting' };
  #stopping: Promise<void> | undefined;

  constructor(config: ClusterConfig, logger: Logger, abort: AbortSignal) {
    this.#config = config;
    this.#logger = logger;
    this.#abort = abort;
    this.#rolling = new RollingRestart(logger);
    this.#supervisor = new Supervisor(logger, () => this.#writeFile());
  }

  async start(): Promise<StartedCluster> {
    const config = this.#config;
    checkRecording(config);
    checkToken(config);
    const port = await takePort(config.port);
    this.#admin = await startClusterAdmin(config.adminPort, this);
    const { runner, why } = await this.#unlessAborted(
      chooseParts(config.parts, (what) => this.#logger.info({ event: 'image', what })),
    );
    this.#runner = runner;
    this.#logger.info({ event: 'parts_chosen', parts: runner.kind, why });
    this.#folder = prepareDataFolder(config, runner.kind);
    const { dir, logs, emptied } = this.#folder;
    if (emptied !== undefined) this.#logger.warn({ event: 'data_removed', folder: dir, reason: emptied });

    const gatewayPorts = await freePorts(config.gateways);
    const staticDir = existsSync(join(PAGE, 'index.html')) ? PAGE : undefined;
    if (staticDir === undefined) this.#logger.warn({ event: 'no_page', expected: PAGE, help: 'npm run build' });
    const gateways = gatewayPorts.map((gatewayPort) => `127.0.0.1:${gatewayPort}`);
    const brokers = config.brokers === 3 ? 3 : 1;
    const tls = config.tls ? await makeCertificates({ dir: join(dir, 'tls') }) : undefined;
    const auth = config.auth === 0 ? undefined : await this.#prepareAuth(dir);
    const [kafka, redis, , venue] = await this.#all([
      this.#part('kafka', startKafka({ dir: join(dir, 'kafka'), logDir: logs, brokers, parts: runner })),
      this.#part('redis', startRedisCluster({ dir: join(dir, 'redis'), logDir: logs, parts: runner })),
      this.#part(
        'nginx',
        startNginx({
          dir: join(dir, 'nginx'),
          port,
          gateways,
          staticDir,
          tls,
          auth,
          log: join(logs, 'nginx.log'),
          parts: runner,
        }),
      ),
      config.feed === 'replay' ? this.#venue() : undefined,
    ]);
    const secure = tls === undefined ? '' : 's';
    const stream = `ws${secure}://127.0.0.1:${port}/v1/stream`;
    const parts: PartAddresses = {
      stream,
      kafka: kafka.bootstrap,
      redis: redis.nodes,
      venue: venue === undefined ? undefined : await aboutVenue(venue),
      jwks: auth === undefined ? undefined : `${auth.url}/.well-known/jwks.json`,
    };
    const issuers = (auth?.ports ?? []).map((authPort, index) =>
      this.#works('auth', index, authPort, (adminPort) =>
        authArguments(config, parts.redis, auth!.credentials, authPort, adminPort),
      ),
    );
    const ingest = Promise.all(
      Array.from({ length: config.ingest }, (_, index) =>
        this.#works('ingest', index, undefined, (adminPort) =>
          ingestArguments(config, parts, adminPort, join(dir, 'spool', `ingest-${index}`)),
        ),
      ),
    );
    const watchdog =
      config.redisWatchdog === 'off'
        ? []
        : [
            this.#works('redis-watchdog', 0, undefined, (adminPort) =>
              redisWatchdogArguments(config, parts.redis, adminPort),
            ),
          ];
    await this.#all([
      ...watchdog,
      ...Array.from({ length: config.compute }, (_, index) =>
        this.#works('compute', index, undefined, (adminPort) =>
          computeArguments(config, parts, adminPort, join(dir, 'compute', `member-${index}`)),
        ),
      ),
      ingest,
      ...issuers,
      // A gateway reads the catalogue as it starts: after ingest it knows every instrument from its first client on.
      ...gatewayPorts.map(async (gatewayPort, index) => {
        await Promise.all([ingest, ...issuers]);
        await this.#works('gateway', index, gatewayPort, (adminPort) =>
          gatewayArguments(config, parts, gatewayPort, adminPort, join(dir, 'replay', `gateway-${index}`)),
        );
      }),
    ]);
    for (const part of this.#parts) this.#supervisor.watch(part);
    this.#started = true;
    this.#writeFile();
    await untilServed(stream, tls?.ca);
    this.#checkAborted();
    this.#readiness = { ready: true, reason: '' };
    return {
      service: {
        name: 'cluster',
        ready: () => this.#readiness,
        // What ends is started again; nothing that happens to the cluster ends the launcher.
        failed: new Promise(() => undefined),
        stop: () => this.stop(),
      },
      addresses: [
        `http${secure}://127.0.0.1:${port}/`,
        stream,
        `admin=${this.#admin.address}`,
        `cluster=${clusterFilePath(dir)}`,
        ...(tls === undefined ? [] : [`ca=${tls.ca}`]),
        ...(auth === undefined ? [] : [`auth=${auth.url}`]),
      ],
      onReady: () => {
        if (venue === undefined || config.paused) return;
        fetch(`http://127.0.0.1:${venue.adminPort}/replay/start`, { method: 'POST' }).catch((error: unknown) => {
          this.#logger.error({ event: 'replay_not_started', error: String(error) });
        });
      },
    };
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  // What the admin port asks.

  processes(): readonly Administered[] | undefined {
    if (!this.#started) return undefined;
    return this.#services
      .filter(({ role }) => role !== 'venue')
      .map(({ role, index, adminPort }) => ({ name: `${role}-${index}`, port: adminPort }));
  }

  down(): string[] {
    return this.#supervisor.down();
  }

  restarts(): ReadonlyMap<string, number> {
    return this.#supervisor.restarts();
  }

  restartGateways(plan: Partial<RollingPlan>): string | undefined {
    const gateways = this.#services
      .filter(({ role }) => role === 'gateway')
      .map((part) => {
        const name = `gateway-${part.index}`;
        return {
          name,
          adminPort: part.adminPort,
          exited: () => part.processes[0]!.exited,
          ready: (deadlineMs: number) =>
            untilReady({ name, port: part.adminPort }, () => this.#abort.aborted, deadlineMs),
        };
      });
    return this.#rolling.begin(gateways, { ...ROLLING_PLAN, ...plan });
  }

  rollingRestart(): RollingState {
    return this.#rolling.state;
  }

  venueAdminPort(): number | undefined {
    return this.#services.find(({ role }) => role === 'venue')?.adminPort;
  }

  /** Ports, and credentials for trying, of the processes that issue tokens. Their plain address stays on this machine. */
  async #prepareAuth(
    dir: string,
  ): Promise<NginxAuth & { ports: number[]; url: string; credentials: TrialCredentials }> {
    const [port = 0, ...ports] = await freePorts(1 + this.#config.auth);
    const url = `http://127.0.0.1:${port}`;
    const credentials = await writeTrialCredentials(dir);
    credentials.announce(url);
    return { listen: `127.0.0.1:${port}`, servers: ports.map((one) => `127.0.0.1:${one}`), ports, url, credentials };
  }

  async #venue(): Promise<ServicePart> {
    const port = await freePort();
    return this.#service('venue', 0, port, (adminPort) => venueArguments(this.#config, port, adminPort));
  }

  /** Starts a service and waits until it can work: its `ready` line may come before its venue or the log answers. */
  async #works(
    role: ServiceRole,
    index: number,
    port: number | undefined,
    args: (adminPort: number) => string[],
  ): Promise<void> {
    const part = await this.#service(role, index, port, args);
    let ended = false;
    void part.processes[0]!.exited.then(() => {
      ended = true;
    });
    const administered = { name: `${role}-${index}`, port: part.adminPort };
    await untilReady(administered, () => ended || this.#abort.aborted, SERVICE_WORKS_DEADLINE_MS);
  }

  async #service(
    role: ServiceRole,
    index: number,
    port: number | undefined,
    args: (adminPort: number) => string[],
  ): Promise<ServicePart> {
    const adminPort = await freePort();
    const part = await this.#part(
      `${role}-${index}`,
      startService({
        role,
        index,
        script: SCRIPTS[role],
        args: args(adminPort),
        env: { ...this.#env, ...secretsOf(this.#config, role) },
        log: join(this.#folder!.logs, `${role}-${index}.log`),
        port,
        adminPort,
        abort: this.#abort,
      }),
    );
    this.#services.push(part);
    return part;
  }

  /** Keeps what was started, so that it is stopped whatever else fails. */
  async #part<P extends Part>(name: string, starting: Promise<P>): Promise<P> {
    const begunAt = performance.now();
    const part = await starting;
    this.#parts.push(part);
    this.#logger.info({ event: 'process_ready', process: name, afterMs: Math.round(performance.now() - begunAt) });
    return part;
  }

  /** Waits for all, also when one fails: only what has started can be stopped. */
  async #all<T extends readonly unknown[] | []>(starting: T): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
    await Promise.allSettled(starting);
    this.#checkAborted();
    return Promise.all(starting);
  }

  #checkAborted(): void {
    if (this.#abort.aborted) throw brokenOff();
  }

  /** A pull may take minutes, and is not waited for once a signal has come: what it began ends with this process. */
  #unlessAborted<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      work.then(resolve, reject);
      this.#abort.addEventListener('abort', () => reject(brokenOff()), { once: true });
    });
  }

  #writeFile(): void {
    if (this.#folder === undefined || this.#stopping !== undefined) return;
    const admin = this.#admin!.address.replace('http://', '');
    const launcher: ClusterProcess = { role: 'launcher', index: 0, pid: process.pid, address: null, admin, log: null };
    const services = new Map<Part, ServicePart>(this.#services.map((service) => [service, service]));
    const processes = this.#parts.flatMap((part) => {
      const service = services.get(part);
      return part.processes.map(
        ({ role, index, pid, address, log }): ClusterProcess => ({
          role,
          index,
          pid,
          address: service === undefined || service.serves ? address : null,
          admin: service === undefined ? null : `127.0.0.1:${service.adminPort}`,
          log,
        }),
      );
    });
    writeClusterFile(this.#folder.dir, { processes: [launcher, ...processes.sort(byRoleAndIndex)] });
  }

  /** All gateways stop together, so nobody is told to move: each closes its clients at once. */
  async #closeClients(): Promise<void> {
    const gateways = this.#services.filter(({ role }) => role === 'gateway');
    await Promise.allSettled(
      gateways.map(({ adminPort }) =>
        fetch(`http://127.0.0.1:${adminPort}/drain?ms=0`, {
          method: 'POST',
          signal: AbortSignal.timeout(CLOSE_CLIENTS_MS),
        }),
      ),
    );
  }

  async #stopAll(): Promise<void> {
    this.#readiness = { ready: false, reason: 'stopping' };
    this.#supervisor.stop();
    await this.#closeClients();
    for (const roles of STOP_ORDER) {
      await Promise.all(this.#parts.filter(({ role }) => roles.includes(role)).map((part) => part.stop()));
    }
    await this.#runner?.close();
    await this.#admin?.close();
    if (this.#folder !== undefined) {
      rmSync(clusterFilePath(this.#folder.dir), { force: true });
      removeTrialClient(this.#folder.dir);
    }
    this.#logger.info({ event: 'stopped' });
  }
}

/** What the venue server says that it plays. */
async function aboutVenue(venue: ServicePart): Promise<ReplayVenueAddress> {
  const response = await fetch(`http://127.0.0.1:${venue.adminPort}/venue`);
  if (!response.ok) throw new Error(`the venue server answers ${response.status} to GET /venue`);
  const about = (await response.json()) as VenueAbout;
  return { ...about, port: Number(venue.processes[0]!.address.split(':')[1]) };
}

const brokenOff = (): StartError => new StartError('unavailable', 'the start was broken off by a signal');

const byRoleAndIndex = (a: ClusterProcess, b: ClusterProcess): number =>
  a.role === b.role ? a.index - b.index : a.role < b.role ? -1 : 1;
