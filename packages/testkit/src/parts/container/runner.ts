import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GenericContainer, Wait } from 'testcontainers';
import { type KafkaInstall, toolsDir } from '../kafka-install.ts';
import { type ProcessExit, type ReadyCondition, STOP_GRACE_MS, type StartedProcess } from '../process.ts';
import { untilReady } from '../readiness.ts';
import { type PartName, type PartRunner, PROGRAMS, type StartPartOptions } from '../runner.ts';
import type { EngineApi } from './engine-api.ts';
import { PartImages } from './images.ts';
import { KAFKA_CLASSPATH } from './recipes.ts';

const SESSION_LABEL = 'tapecast.session';
/**
 * As many open files as this process may have: engines give 1,024 to a billion. The program writes its log itself, so nothing
 * is lost when the one who started it is killed.
 */
const LOGGED_START = 'ulimit -n "$1" 2>/dev/null; log=$2; shift 2; exec "$@" >>"$log" 2>&1';
const END_POLL_MS = 50;
/** An engine knows within some ms that a program has ended. */
const PID_MS = 5_000;
const ARCHIVE_FOLDER = 'image-';

/**
 * Programs of the parts, each in a container of its own on an engine of this machine. A container has the machine's
 * network, the caller's user, and the folders it needs at the paths they have here, so ports, files, signals and process
 * ids are as those of a local program.
 *
 * | what | lives until |
 * |---|---|
 * | container | its program has ended; it is removed then |
 * | reaper, one process | `close`; if this process is killed, the reaper removes the session's containers and ends |
 * | image | the programs it was packed of change |
 */
export class ContainerRunner implements PartRunner {
  readonly kind = 'containers';
  readonly #api: EngineApi;
  readonly #images: PartImages;
  readonly #session = randomUUID();
  readonly #reaper: Reaper;

  /** `say` is told of images that are being got. */
  constructor(api: EngineApi, say: (what: string) => void) {
    this.#api = api;
    this.#images = new PartImages(api, say);
    // testcontainers finds its engine by itself, and would take it for another machine's where this one is a container
    // or looks like one.
    process.env.DOCKER_HOST ||= api.host;
    process.env.TESTCONTAINERS_HOST_OVERRIDE ||= '127.0.0.1';
    this.#reaper = startReaper(api.host, `${SESSION_LABEL}=${this.#session}`);
  }

  /** Gets the images, which a start would do otherwise: for who wants to know before whether they can be had. */
  async images(): Promise<Record<PartName, string>> {
    const [kafka, redis, nginx] = await Promise.all([
      this.#images.name('kafka'),
      this.#images.name('redis'),
      this.#images.name('nginx'),
    ]);
    return { kafka, redis, nginx };
  }

  async kafka(): Promise<KafkaInstall> {
    const image = await this.#images.name('kafka');
    // Loaded classes are archived per image: another has another Java.
    const folder = join(toolsDir(), 'kafka', `${ARCHIVE_FOLDER}${basename(image).replace(/[^\w.-]/g, '-')}`);
    if (!existsSync(folder)) {
      removeArchives();
      mkdirSync(folder, { recursive: true });
    }
    return { java: 'java', classpath: KAFKA_CLASSPATH, archive: join(folder, 'classes.jsa') };
  }

  async program(part: 'redis' | 'nginx'): Promise<string> {
    await this.#images.name(part);
    return PROGRAMS[part].name;
  }

  async start(options: StartPartOptions): Promise<StartedProcess> {
    const { part, name, command, args, log, cwd } = options;
    mkdirSync(dirname(log), { recursive: true });
    const logFile = openSync(log, 'a');
    const logStart = fstatSync(logFile).size;
    closeSync(logFile);
    const folders = new Set([dirname(log), ...(cwd === undefined ? [] : [cwd]), ...options.folders]);
    const container = await new PartContainer(await this.#images.name(part))
      .withPullPolicy({ shouldPull: () => 'never' })
      // Its own reaper is another image that would have to be pulled; ours needs none.
      .withAutoCleanup(false)
      .withLabels({ [SESSION_LABEL]: this.#session, 'tapecast.part': name })
      .withNetworkMode('host')
      .withUser(`${process.getuid!()}:${process.getgid!()}`)
      .withBindMounts([...folders].map((folder) => ({ source: folder, target: folder })))
      // Where SELinux labels files, the folders keep their labels.
      .withSecurityOpt('label=disable')
      .withWorkingDir(cwd ?? '/')
      .withEntrypoint(['/bin/sh', '-c', LOGGED_START, 'sh'])
      .withCommand([openFilesMax(), log, command, ...args])
      // Without exposed ports: as soon as it runs. What ready means is the part's to say.
      .withWaitStrategy(Wait.forListeningPorts())
      .start();
    const pid = await pidOf(this.#api, container.getId());
    return new ContainedProcess(this.#api, container.getId(), pid, name, log, logStart);
  }

  async close(): Promise<void> {
    await this.#reaper.end();
  }
}

function openFilesMax(): string {
  return /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? '';
}

/** 48 MB each, of images that were there before. */
function removeArchives(): void {
  const home = join(toolsDir(), 'kafka');
  if (!existsSync(home)) return;
  for (const name of readdirSync(home))
    if (name.startsWith(ARCHIVE_FOLDER)) rmSync(join(home, name), { recursive: true, force: true });
}

/** An engine that is ended kills it at once, instead of waiting 10 s: one of our own has 2 s when its starter is killed. */
class PartContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    this.createOpts.StopTimeout = 0;
  }
}

/** 0 when the program has ended already. Rejects where the engine's process ids are not ours: a signal would hit a stranger. */
async function pidOf(api: EngineApi, id: string): Promise<number> {
  const deadline = performance.now() + PID_MS;
  for (;;) {
    const { State } = await api.json<{ State: { Pid: number } }>('GET', `/containers/${id}/json`);
    if (State.Pid === 0) return 0;
    const found = ownerOf(State.Pid);
    if (found?.includes(id)) return State.Pid;
    if (found !== undefined || performance.now() > deadline) {
      await api.removeContainer(id);
      throw new Error(
        `process ${State.Pid} is not that of container ${id.slice(0, 12)}: the engine at ${api.host} has other process ids than this one. Use --parts local.`,
      );
    }
    // It ended before it was looked at, and the engine is about to know.
    await delay(END_POLL_MS);
  }
}

/** The cgroups of a process, which name its container; undefined when it has ended (a zombie has left its own). */
function ownerOf(pid: number): string | undefined {
  try {
    const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')) ? undefined : groups;
  } catch {
    return undefined;
  }
}

class ContainedProcess implements StartedProcess {
  readonly pid: number;
  readonly log: string;
  readonly exited: Promise<ProcessExit>;
  readonly #name: string;
  readonly #logStart: number;
  readonly #removed: Promise<void>;
  #exit: ProcessExit | undefined;

  constructor(api: EngineApi, id: string, pid: number, name: string, log: string, logStart: number) {
    this.pid = pid;
    this.log = log;
    this.#name = name;
    this.#logStart = logStart;
    this.exited = endOf(api, id, pid).then((exit) => {
      this.#exit = exit;
      return exit;
    });
    // An engine that went away is no reason to leave other parts running; the reaper looks again in any case.
    this.#removed = this.exited.then(() => api.removeContainer(id)).catch(() => undefined);
  }

  running(): boolean {
    return this.#exit === undefined;
  }

  ready(condition: ReadyCondition): Promise<void> {
    const exit = (): ProcessExit | undefined => this.#exit;
    return untilReady({ name: this.#name, log: this.log, logStart: this.#logStart, exit }, condition);
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.running() || this.pid === 0) return;
    try {
      process.kill(this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  async stop(graceMs: number = STOP_GRACE_MS): Promise<void> {
    this.kill('SIGTERM');
    // A suspended program gets SIGTERM only when it goes on.
    this.kill('SIGCONT');
    const hard = setTimeout(() => this.kill('SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(hard);
    await this.#removed;
  }
}

/** Resolves when the container's program has ended; also when the engine went away before it. */
async function endOf(api: EngineApi, id: string, pid: number): Promise<ProcessExit> {
  try {
    const { StatusCode } = await api.json<{ StatusCode: number }>('POST', `/containers/${id}/wait`, { timeoutMs: 0 });
    return exitOf(StatusCode);
  } catch {
    while (existsSync(`/proc/${pid}`)) await delay(END_POLL_MS);
    return { code: null, signal: null };
  }
}

/** The engine tells a program ended by a signal as 128 + its number. */
function exitOf(status: number): ProcessExit {
  const signal = Object.entries(constants.signals).find(([, number]) => number === status - 128)?.[0];
  return signal === undefined ? { code: status, signal: null } : { code: null, signal: signal as NodeJS.Signals };
}

interface Reaper {
  /** Resolves when it has looked for what is left, and ended. */
  end(): Promise<void>;
}

function startReaper(host: string, label: string): Reaper {
  // In `src` it is TypeScript, which Node reads as well.
  const file = fileURLToPath(
    new URL(`./reaper/main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
  );
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, host, label], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
    env: {},
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.unref();
  child.stdin.on('error', () => child.stdin.destroy());
  return {
    end: async () => {
      child.ref();
      if (child.stdin.writable) child.stdin.end('.');
      await ended;
    },
  };
}
