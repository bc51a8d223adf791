import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type StartedProcess, startProcess } from '@tapecast/testkit';

const root = resolve(import.meta.dirname, '../../..');
const main = join(root, 'services/standalone/dist/main.js');

/** The embedded system as `npm start` runs it: its own process, on free ports, with an empty data folder. */
export interface Embedded {
  process: StartedProcess;
  /** `127.0.0.1:port` of the clients' port. */
  host: string;
  stream: string;
  admin: string;
  log(): Promise<string>;
  stop(): Promise<void>;
}

export async function startEmbedded(args: string[] = []): Promise<Embedded> {
  if (!existsSync(main)) throw new Error(`${main} is not there: build first (npm run build)`);
  const dir = await mkdtemp(join(tmpdir(), 'tapecast-embedded-'));
  const log = join(dir, 'log');
  const started = startProcess({
    name: 'standalone',
    command: process.execPath,
    args: [main, '--port', '0', '--admin-port', '0', '--data-dir', join(dir, 'data'), ...args],
    log,
  });
  try {
    await started.ready({ line: /^ready .*\n/m, deadlineMs: 30_000 });
  } catch (error) {
    await started.stop();
    throw error;
  }
  const text = await readFile(log, 'utf8');
  const [, stream, admin] = /^ready .*(ws:\S+) admin=(\S+)$/m.exec(text) as unknown as [string, string, string];
  return {
    process: started,
    stream,
    admin,
    host: new URL(stream).host,
    log: () => readFile(log, 'utf8'),
    stop: async () => {
      await started.stop(15_000);
      await rm(dir, { recursive: true, force: true });
    },
  };
}
