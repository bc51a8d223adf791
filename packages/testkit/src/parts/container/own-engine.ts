import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '@tapecast/service-kit';
import { toolsDir } from '../kafka-install.ts';
import { type StartedProcess, startProcess } from '../process.ts';
import { findProgram } from '../program.ts';
import { EngineApi } from './engine-api.ts';

/** Up in 1 s; 5 s where its image store is new and the disk is slow. */
const READY_MS = 30_000;
const POLL_MS = 50;
/** It ends in 0.2 s once its containers are gone. */
const STOP_MS = 10_000;
const BRIDGE = 'docker0';

export interface OwnEngineOptions {
  /** Images are kept here from one run to the next; default `.tools/engine` of the project. */
  dataDir?: string;
  /**
   * Lets containers have networks of their own (compose does). The engine then makes rules in the machine's packet filter,
   * which stay when it ends, and replaces those of another engine: refused where one runs, and for machines that are there
   * to test on. Without, containers have the machine's network or none.
   */
  networks: boolean;
}

/** A container engine that this process started for itself, on a socket of its own. It ends with this process. */
export interface OwnEngine {
  /** For `DOCKER_HOST`. */
  readonly host: string;
  /** Ends it and all its containers. */
  stop(): Promise<void>;
}

/** Starts `dockerd`, which needs root. Rejects with what is missing, or with the end of its log. */
export async function startOwnEngine(options: OwnEngineOptions): Promise<OwnEngine> {
  const program = findProgram({
    name: 'dockerd',
    neededFor: 'containers need an engine',
    install: '`apt-get install --no-install-recommends docker.io`',
  });
  if (process.getuid?.() !== 0) throw new StartError('missing_part', 'a container engine can be started by root only');
  const dataDir = options.dataDir ?? join(toolsDir(), 'engine');
  mkdirSync(dataDir, { recursive: true });
  refuseSecond(dataDir);
  if (options.networks) refuseBesideAnother();
  // A socket's path has some 100 characters at most, so it does not lie in the project.
  const folder = mkdtempSync(join(tmpdir(), 'tapecast-engine-'));
  removeFolderOfLast(dataDir, folder);
  const host = `unix://${folder}/docker.sock`;
  const bridged = hasBridge();
  const daemon = startProcess({
    name: 'dockerd',
    command: program,
    args: [
      ...['-H', host, '--data-root', dataDir, '--exec-root', join(folder, 'exec'), '--pidfile', pidFileIn(dataDir)],
      ...(options.networks ? [] : ['--iptables=false', '--ip-forward=false', '--ip-masq=false']),
    ],
    log: join(dataDir, 'dockerd.log'),
  });
  const api = new EngineApi(host);
  const stop = async (): Promise<void> => {
    // Those that are left would make it wait for each of them.
    if (daemon.running()) await removeAll(api).catch(() => undefined);
    await daemon.stop(STOP_MS);
    if (!bridged && hasBridge()) spawnSync('ip', ['link', 'delete', BRIDGE], { stdio: 'ignore' });
    removeFolder(folder);
  };
  try {
    await untilAnswers(api, daemon);
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, stop };
}

async function untilAnswers(api: EngineApi, daemon: StartedProcess): Promise<void> {
  let answers = false;
  const asking = (async () => {
    while (!answers && daemon.running()) {
      answers = await api.ask('GET', '/_ping').then(
        ({ status }) => status === 200,
        () => false,
      );
      if (!answers) await delay(POLL_MS);
    }
  })();
  await daemon.ready({ until: () => answers, deadlineMs: READY_MS });
  await asking;
}

async function removeAll(api: EngineApi): Promise<void> {
  const containers = await api.json<{ Id: string }[]>('GET', '/containers/json?all=true');
  await Promise.all(containers.map(({ Id }) => api.removeContainer(Id)));
}

/** Two engines on one store would both fail, the second with a riddle. */
function refuseSecond(dataDir: string): void {
  const file = pidFileIn(dataDir);
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8'));
  if (existsSync(`/proc/${pid}/comm`) && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'dockerd')
    throw new StartError('unavailable', `another run has its container engine (process ${pid}) in ${dataDir}`);
}

/** The engine leaves the network that its containers shared mounted in it. */
function removeFolder(folder: string): void {
  const mounted = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  if (mounted.length > 0) spawnSync('umount', mounted, { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
}

/** A run that was killed left its folder. */
function removeFolderOfLast(dataDir: string, folder: string): void {
  const file = join(dataDir, 'socket-folder');
  if (existsSync(file)) removeFolder(readFileSync(file, 'utf8'));
  writeFileSync(file, folder);
}

function refuseBesideAnother(): void {
  const { stdout } = spawnSync('ps', ['-C', 'dockerd', '-o', 'pid='], { encoding: 'utf8' });
  const pid = stdout?.trim().split(/\s+/)[0];
  if (pid !== undefined && pid !== '')
    throw new StartError(
      'unavailable',
      `another container engine runs here (process ${pid}): name it with DOCKER_HOST`,
    );
}

const pidFileIn = (dataDir: string): string => join(dataDir, 'dockerd.pid');
const hasBridge = (): boolean => existsSync(`/sys/class/net/${BRIDGE}`);
