import type { Part, PartProcess } from '../parts/part.ts';
import { type StartedProcess, startProcess } from '../parts/process.ts';
import { SERVICE_READY_DEADLINE_MS, SERVICE_STOP_GRACE_MS } from './limits.ts';

export interface ServiceOptions {
  role: string;
  index: number;
  /** The built `main.js`. */
  script: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  log: string;
  /** Where it serves and where its health is; `args` tell it so. */
  port: number | undefined;
  adminPort: number;
  /** Breaks off a start that nobody waits for any more. */
  abort: AbortSignal;
}

/** A process of ours: started, watched and killed as the servers we did not write. */
export interface ServicePart extends Part {
  readonly index: number;
  readonly adminPort: number;
  readonly serves: boolean;
}

/** Starts a service and resolves at its `ready` line; rejects with the end of its log when it ends before. */
export async function startService(options: ServiceOptions): Promise<ServicePart> {
  const part = new LocalService(options);
  // Its start then rejects, as of any process that ended.
  const stop = (): void => void part.stop();
  options.abort.addEventListener('abort', stop, { once: true });
  try {
    await part.start();
  } catch (error) {
    await part.stop();
    throw error;
  } finally {
    options.abort.removeEventListener('abort', stop);
  }
  return part;
}

class LocalService implements ServicePart {
  readonly role: string;
  readonly index: number;
  readonly adminPort: number;
  readonly serves: boolean;
  readonly #options: ServiceOptions;
  #child: StartedProcess | undefined;
  #stopped = false;

  constructor(options: ServiceOptions) {
    this.role = options.role;
    this.index = options.index;
    this.adminPort = options.adminPort;
    this.serves = options.port !== undefined;
    this.#options = options;
  }

  get processes(): readonly PartProcess[] {
    const { role, index, log, port, adminPort } = this.#options;
    const child = this.#child;
    if (child === undefined) return [];
    return [{ role, index, pid: child.pid, address: `127.0.0.1:${port ?? adminPort}`, log, exited: child.exited }];
  }

  async start(): Promise<void> {
    if (this.#stopped) throw new Error(`${this.role} ${this.index} was stopped`);
    const { role, index, script, args, env, log } = this.#options;
    this.#child = startProcess({
      name: `${role} ${index}`,
      command: process.execPath,
      args: ['--enable-source-maps', script, ...args],
      log,
      env,
    });
    await this.#child.ready({ line: /^ready /m, deadlineMs: SERVICE_READY_DEADLINE_MS });
  }

  async restart(): Promise<void> {
    await this.#child?.stop(0);
    await this.start();
  }

  kill(_index: number, signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#child?.kill(signal);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#child?.stop(SERVICE_STOP_GRACE_MS);
  }
}
