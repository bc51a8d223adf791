import { type ChildProcess, fork } from 'node:child_process';
import { resolve } from 'node:path';

/** What a child does: the answer to each call by its name. */
export type Calls = Readonly<Record<string, (value: unknown) => unknown>>;

export interface CallMessage {
  id: number;
  call: string;
  value: unknown;
}

export interface AnswerMessage {
  id: number;
  result?: unknown;
  error?: string;
}

/** A part of the measuring in a process of its own, so that it disturbs no other; it ends with this one. */
export interface RoleProcess {
  readonly pid: number;
  call<Result>(name: string, value?: unknown): Promise<Result>;
  stop(): void;
}

/** Starts `role` and resolves with what its start tells. */
export async function startRole<Told>(role: string, options: unknown): Promise<RoleProcess & { told: Told }> {
  const child = fork(resolve(import.meta.dirname, 'main.js'), [role], { serialization: 'advanced', execArgv: [] });
  const open = new Map<number, { settle(answer: AnswerMessage): void }>();
  let calls = 0;
  child.on('message', (answer: AnswerMessage) => {
    open.get(answer.id)?.settle(answer);
    open.delete(answer.id);
  });
  child.once('exit', (code, signal) => {
    for (const [id, { settle }] of open) settle({ id, error: `the process ended (${signal ?? code})` });
    open.clear();
  });
  const call = <Result>(name: string, value?: unknown): Promise<Result> =>
    new Promise((fulfil, reject) => {
      const id = calls++;
      const settle = ({ error, result }: AnswerMessage): void => {
        if (error === undefined) fulfil(result as Result);
        else reject(new Error(`${role}: ${name}: ${error}`));
      };
      open.set(id, { settle });
      send(child, { id, call: name, value });
    });
  const stop = (): void => {
    child.kill('SIGKILL');
  };
  try {
    const told = await call<Told>('start', options);
    return { pid: child.pid!, call, stop, told };
  } catch (error) {
    stop();
    throw error;
  }
}

function send(child: ChildProcess, message: CallMessage): void {
  if (child.connected) child.send(message);
}
