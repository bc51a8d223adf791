import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** CPU time of all threads, user and system, and memory: what a child answers to `cost`. */
export interface Cost {
  cpuSeconds: number;
  rssBytes: number;
}

export type Request = { do: string } & Record<string, unknown>;

/** A process of the bench that answers one question after the other. It ends with its parent. */
export class Child {
  readonly #process: ChildProcess;
  #waiting: { resolve: (value: never) => void; reject: (error: Error) => void }[] = [];

  private constructor(process: ChildProcess) {
    this.#process = process;
    process.on('message', ({ value, error }: { value?: unknown; error?: string }) => {
      const asked = this.#waiting.shift();
      if (error !== undefined) asked?.reject(new Error(error));
      else asked?.resolve(value as never);
    });
    process.on('exit', (code) => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`a process of the bench ended with ${code}`));
    });
  }

  /**
   * `file` beside this one, as it was built or as it was written. `detached`: in a session of its own, which some kernels share the
   * processor out by; without it, all processes of the bench have one server's part of it together.
   */
  static start(file: string, args: string[] = [], nodeOptions: string[] = [], detached = false): Child {
    const ending = extname(import.meta.filename);
    const path = fileURLToPath(new URL(`${file}${ending}`, import.meta.url));
    const source = ending === '.ts' ? ['--conditions=source', '--disable-warning=ExperimentalWarning'] : [];
    return new Child(fork(path, args, { serialization: 'advanced', execArgv: [...source, ...nodeOptions], detached }));
  }

  ask<T>(request: Request): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#process.send(request);
    });
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  cost(): Promise<Cost> {
    return this.ask({ do: 'cost' });
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 5_000);
    await gone;
    clearTimeout(late);
  }
}

/** The child's side: answers each request with what its handler returns, in the order in which they come. */
export function answer(handlers: Readonly<Record<string, (request: never) => unknown>>): void {
  let before: Promise<unknown> = Promise.resolve();
  const all: Readonly<Record<string, (request: never) => unknown>> = { cost, ...handlers };
  process.on('message', (request: Request) => {
    before = before.then(async () => {
      try {
        const handler = all[request.do];
        if (handler === undefined) throw new Error(`nothing is known of ${request.do}`);
        process.send?.({ value: await handler(request as never) });
      } catch (error) {
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
    });
  });
  process.once('disconnect', () => process.exit(0));
  // An orderly end writes the profile, where one was asked for.
  process.once('SIGTERM', () => process.exit(0));
}

function cost(): Cost {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss() };
}

/**
 * Resident bytes once what is garbage is gone and its pages are given back; needs --expose-gc. A plain collection keeps
 * pages that it may need again, more or fewer from run to run: up to 1.5 KiB a connection of 10,000.
 */
export function memory(): number {
  const collect = (globalThis as { gc?: (how: object) => void }).gc;
  collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  return process.memoryUsage.rss();
}
