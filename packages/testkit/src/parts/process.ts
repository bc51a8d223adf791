import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { untilReady } from './readiness.ts';

export const STOP_GRACE_MS = 5_000;

/**
 * Started by `sh -c`, which becomes the program by `exec`, so that the program's pid is the one we know. Before that it
 * forks a watcher that holds the other end of fd 3. When this process ends, by kill -9 too, or when the program ends,
 * fd 3 closes: the watcher then ends what is left of the process group, politely for 2 s and for good after that.
 * The watcher is in the group itself, so the group's number can't pass to strangers meanwhile. `$$` stays the first
 * shell's pid in a subshell, which is the program's pid and the group's number. No `--` before it: dash takes none.
 */
const WATCHED_START = `
( trap '' TERM INT HUP
  while read -r _ <&3; do :; done
  kill -TERM "-$$" 2>/dev/null
  i=0
  while [ $i -lt 10 ] && kill -0 "$$" 2>/dev/null; do sleep 0.2; i=$((i + 1)); done
  kill -KILL "-$$" 2>/dev/null
) </dev/null >/dev/null 2>&1 &
exec "$@" 3<&-
`;

export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface StartProcessOptions {
  /** For error messages. */
  name: string;
  command: string;
  args: readonly string[];
  /** Appended to; its folder is made. */
  log: string;
  cwd?: string;
  /** Replaces the environment when given. */
  env?: NodeJS.ProcessEnv;
}

export interface ReadyCondition {
  /** Waits until the log has text that matches, written since the start of this process. */
  line?: RegExp;
  /** Waits until a connection to 127.0.0.1 at this port is accepted. */
  port?: number;
  /** Waits until it says so, for what neither log nor port tells. */
  until?: () => boolean;
  deadlineMs: number;
}

/** A child in a process group of its own, which Ctrl-C does not reach and which does not outlive this process by more than 3 s. */
export interface StartedProcess {
  readonly pid: number;
  readonly log: string;
  readonly exited: Promise<ProcessExit>;
  running(): boolean;
  /** Rejects, with the end of the log, when the process ends first or the deadline passes. */
  ready(condition: ReadyCondition): Promise<void>;
  /** Sends to the program alone, not to its children. Nothing happens when it has ended. */
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM to the group, SIGKILL after the grace; resolves when the program has ended. */
  stop(graceMs?: number): Promise<void>;
}

export function startProcess(options: StartProcessOptions): StartedProcess {
  mkdirSync(dirname(options.log), { recursive: true });
  const logFd = openSync(options.log, 'a+');
  const logStart = fstatSync(logFd).size;
  let child: ChildProcess;
  try {
    child = spawn('/bin/sh', ['-c', WATCHED_START, 'sh', options.command, ...options.args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      detached: true,
      stdio: ['ignore', logFd, logFd, 'pipe'],
    });
  } finally {
    closeSync(logFd);
  }
  if (child.pid === undefined) throw new Error(`${options.name} could not be started: no process for /bin/sh`);
  const lifeline = child.stdio[3] as Socket;
  // The watcher never writes; an error here only says that it has gone.
  lifeline.on('error', () => lifeline.destroy());
  lifeline.unref();
  child.unref();
  return new GuardedProcess(options, child, child.pid, lifeline, logStart);
}

class GuardedProcess implements StartedProcess {
  readonly pid: number;
  readonly log: string;
  readonly exited: Promise<ProcessExit>;
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #logStart: number;
  #exit: ProcessExit | undefined;

  constructor(options: StartProcessOptions, child: ChildProcess, pid: number, lifeline: Socket, logStart: number) {
    this.pid = pid;
    this.#name = options.name;
    this.log = options.log;
    this.#child = child;
    this.#logStart = logStart;
    this.exited = new Promise((resolve) => {
      const end = (exit: ProcessExit): void => {
        this.#exit = exit;
        lifeline.destroy();
        resolve(exit);
      };
      child.once('exit', (code, signal) => end({ code, signal }));
    });
  }

  running(): boolean {
    return this.#exit === undefined;
  }

  ready(condition: ReadyCondition): Promise<void> {
    const exit = (): ProcessExit | undefined => this.#exit;
    return untilReady({ name: this.#name, log: this.log, logStart: this.#logStart, exit }, condition);
  }

  kill(signal: NodeJS.Signals): void {
    if (this.running()) this.#child.kill(signal);
  }

  async stop(graceMs: number = STOP_GRACE_MS): Promise<void> {
    if (!this.running()) return;
    this.#signalGroup('SIGTERM');
    // A suspended process gets SIGTERM only when it goes on.
    this.#signalGroup('SIGCONT');
    const hard = setTimeout(() => this.#signalGroup('SIGKILL'), graceMs);
    // The child is unref'd, so that a forgotten one does not keep this process alive: whoever waits for its end must.
    this.#child.ref();
    await this.exited;
    clearTimeout(hard);
  }

  #signalGroup(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
