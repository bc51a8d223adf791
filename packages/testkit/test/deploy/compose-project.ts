import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const ROOT = resolve(import.meta.dirname, '../../../..');
const run = promisify(execFile);
/** Everything from nothing, Kafka's jars too, takes a minute and a half on two busy cores. */
const COMMAND_DEADLINE_MS = 300_000;

/** Why docker-compose.yml can't be brought up here; '' when it can. */
export function whyNoCompose(): string {
  const engine = spawnSync('docker', ['info', '--format', '{{.Name}} {{.SecurityOptions}}'], { encoding: 'utf8' });
  if (engine.error !== undefined) return 'there is no docker command';
  if (engine.status !== 0) return 'no container engine answers';
  if (engine.stdout.includes('rootless')) return 'the container engine is rootless';
  const masquerades = [
    'network',
    'inspect',
    'bridge',
    '--format',
    '{{index .Options "com.docker.network.bridge.enable_ip_masquerade"}}',
  ];
  if (spawnSync('docker', masquerades, { encoding: 'utf8' }).stdout.trim() !== 'true')
    return 'the container engine was started without networks for containers';
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'stand-ins are packed as root on Linux';
  if (!existsSync('/etc/debian_version')) return 'stand-ins are packed from Debian';
  if (!existsSync(join(ROOT, 'services/gateway/dist/main.js'))) return 'nothing is built: npm run build';
  return '';
}

export interface Container {
  Name: string;
  Image: string;
  RestartCount: number;
  State: { Status: string; Pid: number; ExitCode: number; StartedAt: string; Health?: { Status: string } };
  HostConfig: {
    ReadonlyRootfs: boolean;
    CapDrop: string[] | null;
    SecurityOpt: string[] | null;
    Memory: number;
    NanoCpus: number;
    PidsLimit: number | null;
    Privileged: boolean;
    PortBindings: Record<string, { HostIp: string; HostPort: string }[] | null>;
  };
  Config: { User: string; Labels: Record<string, string> };
}

/** docker-compose.yml under a project name of its own, from images that are made here. */
export class ComposeProject {
  readonly name: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #secrets: string;

  private constructor(name: string, env: NodeJS.ProcessEnv, secrets: string) {
    this.name = name;
    this.#env = env;
    this.#secrets = secrets;
  }

  /** Makes what is missing of stand-ins and images: seconds when nothing changed. */
  static async prepare(name: string, port: number, authPort: number): Promise<ComposeProject> {
    const secrets = mkdtempSync(join(tmpdir(), 'tapecast-secrets-'));
    const node = async (...args: string[]): Promise<string> => {
      const { stdout } = await run(process.execPath, args, {
        cwd: ROOT,
        timeout: COMMAND_DEADLINE_MS,
        maxBuffer: 1 << 24,
      });
      return stdout;
    };
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      TAPECAST_VERSION: 'test',
      TAPECAST_PORT: `${port}`,
      TAPECAST_AUTH_PORT: `${authPort}`,
      TAPECAST_SECRETS: secrets,
    };
    const plugins = /DOCKER_CONFIG='([^']+)'/.exec(await node('deploy/compose-program.mjs'))?.[1];
    if (plugins !== undefined) env.DOCKER_CONFIG = plugins;
    for (const line of (await node('deploy/stand-ins.mjs')).trim().split('\n')) {
      const [variable = '', image] = line.split('=', 2);
      env[variable] = image;
    }
    await node('deploy/build-images.mjs', '--stand-ins', '--version', 'test');
    await node('deploy/make-secrets.mjs', secrets);
    return new ComposeProject(name, env, secrets);
  }

  /** Of both files: whatever is up is meant. */
  async compose(...args: string[]): Promise<string> {
    return this.#run(['docker-compose.yml', 'deploy/compose.tokens.yml'], args);
  }

  async #run(files: readonly string[], args: readonly string[]): Promise<string> {
    const options = { cwd: ROOT, env: this.#env, timeout: COMMAND_DEADLINE_MS, maxBuffer: 1 << 24 };
    const named = files.flatMap((file) => ['--file', file]);
    const { stdout } = await run('docker', ['compose', '--project-name', this.name, ...named, ...args], options);
    return stdout;
  }

  /** Up and healthy, or an error with the last words of all containers. */
  async up(...more: readonly string[]): Promise<void> {
    try {
      await this.#run(['docker-compose.yml', ...more], ['up', '--detach', '--no-build', '--wait', '--quiet-pull']);
    } catch (cause) {
      const logs = await this.compose('logs', '--tail', '20').catch((error: Error) => error.message);
      throw new Error(`compose could not bring it up: ${cause instanceof Error ? cause.message : cause}\n${logs}`, {
        cause,
      });
    }
  }

  /** What deploy/make-secrets.mjs wrote. */
  secret(name: string): string {
    return readFileSync(join(this.#secrets, name), 'utf8').trim();
  }

  async containers(): Promise<Container[]> {
    const ids = (await this.compose('ps', '--all', '--quiet')).trim().split('\n');
    const { stdout } = await run('docker', ['inspect', ...ids], { env: this.#env, maxBuffer: 1 << 24 });
    // The engine's own answer; its API is versioned.
    return JSON.parse(stdout) as Container[];
  }

  /** `gateway`, 1: as compose numbers them. */
  async container(service: string, number = 1): Promise<Container> {
    const name = `/${this.name}-${service}-${number}`;
    const found = (await this.containers()).find((container) => container.Name === name);
    if (found === undefined) throw new Error(`there is no container ${name}`);
    return found;
  }

  async down(): Promise<void> {
    await this.compose('down', '--volumes', '--timeout', '5');
  }

  async remove(): Promise<void> {
    await this.down();
    rmSync(this.#secrets, { recursive: true });
  }
}

/** A container's service, from the label that compose gives. */
export const serviceOf = (container: Container): string => container.Config.Labels['com.docker.compose.service'] ?? '';
