import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TokenWish, trialToken } from './cluster/trial-token.ts';
import { freePort } from './parts/port.ts';
import { type StartedProcess, startProcess } from './parts/process.ts';

const root = resolve(import.meta.dirname, '../../..');
const main = join(root, 'services/standalone/dist/main.js');

/** The embedded system as `npm start` runs it: its own process, on free ports, with an empty data folder. */
export interface Embedded {
  readonly pid: number;
  readonly page: string;
  readonly stream: string;
  readonly admin: string;
  readonly dataDir: string;
  /** A token of the trial client, where it was started with `--auth`. */
  token(asked?: TokenWish): Promise<string>;
  /** Stdout and stderr so far. */
  log(): Promise<string>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again, on the same clients' port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves at the `ready` line. `args` are options of `npm start`. */
export async function startEmbedded(args: readonly string[] = []): Promise<Embedded> {
  if (!existsSync(main)) throw new Error(`${main} is not there: build first (npm run build)`);
  const dir = await mkdtemp(join(tmpdir(), 'tapecast-embedded-'));
  const log = join(dir, 'log');
  const port = await freePort();
  const options = ['--port', String(port), '--admin-port', '0', '--data-dir', join(dir, 'data'), ...args];
  const start = async (): Promise<StartedProcess> => {
    const started = startProcess({ name: 'standalone', command: process.execPath, args: [main, ...options], log });
    try {
      await started.ready({ line: /^ready .*\n/m, deadlineMs: 30_000 });
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  };
  let current = await start();
  const readLog = (): Promise<string> => readFile(log, 'utf8');
  const addresses = /^ready .*(ws:\S+) admin=(\S+)/m.exec(await readLog());
  if (addresses === null) throw new Error(`the ready line names no addresses: ${await readLog()}`);
  const [, stream, admin] = addresses as unknown as [string, string, string];
  return {
    get pid() {
      return current.pid;
    },
    stream,
    admin,
    page: `http://${new URL(stream).host}/`,
    dataDir: join(dir, 'data'),
    token: (asked) => trialToken(join(dir, 'data'), asked),
    log: readLog,
    kill: async () => {
      current.kill('SIGKILL');
      await current.exited;
    },
    restart: async () => {
      await current.stop();
      current = await start();
    },
    stop: async () => {
      await current.stop(15_000);
      await rm(dir, { recursive: true, force: true });
    },
  };
}
