import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Part, PartProcess } from './part.ts';
import { type StartedProcess, startProcess } from './process.ts';
import { findProgram } from './program.ts';

const TEMPLATE = fileURLToPath(new URL('../../../../nginx/tapecast.conf.template', import.meta.url));
const READY_DEADLINE_MS = 10_000;
/** Of one machine's edge: 4,000 WebSockets a worker, well within the usual 20,000 open files. */
const WORKER_CONNECTIONS = 8_192;
const WORKERS = 2;

export interface NginxOptions {
  /** Configuration, temporary files and pid; made when absent. */
  dir: string;
  port: number;
  /** `host:port` of each gateway. */
  gateways: readonly string[];
  /** The built page, served at `/`. Without it `/` is 404. */
  staticDir?: string | undefined;
  /** Default `<dir>/nginx.log`. */
  log?: string | undefined;
}

/** Debian's nginx, listening on 127.0.0.1 only. Resolves when it accepts connections. */
export async function startNginx(options: NginxOptions): Promise<Part> {
  const dir = resolve(options.dir);
  const program = findProgram({
    name: 'nginx',
    neededFor: 'the cluster set-up needs nginx 1.18 or later in front of the gateways',
    install: '`apt-get install nginx-light` (Debian, Ubuntu) or `brew install nginx`',
  });
  mkdirSync(join(dir, 'temp'), { recursive: true });
  const configuration = join(dir, 'nginx.conf');
  writeFileSync(configuration, nginxConfiguration({ ...options, dir }));
  const log = resolve(options.log ?? join(dir, 'nginx.log'));
  const start = async (): Promise<StartedProcess> => {
    const started = startProcess({
      name: 'nginx',
      command: program,
      args: ['-p', dir, '-c', configuration, '-e', 'stderr'],
      log,
    });
    await readyOrStopped(started, options.port, join(dir, 'nginx.pid'));
    return started;
  };
  let current = await start();
  const address = `127.0.0.1:${options.port}`;
  return {
    role: 'nginx',
    get processes(): readonly PartProcess[] {
      return [{ role: 'nginx', index: 0, pid: current.pid, address, log, exited: current.exited }];
    },
    stop: () => current.stop(),
    kill: (_index, signal = 'SIGKILL') => current.kill(signal),
    restart: async () => {
      await current.stop(0);
      current = await start();
    },
  };
}

/** An open port may be another program's: nginx writes its pid once it has the port itself. */
async function readyOrStopped(started: StartedProcess, port: number, pidFile: string): Promise<void> {
  const until = (): boolean => existsSync(pidFile) && Number(readFileSync(pidFile, 'utf8')) === started.pid;
  try {
    await started.ready({ port, until, deadlineMs: READY_DEADLINE_MS });
  } catch (error) {
    await started.stop(0);
    throw error;
  }
}

export function nginxConfiguration(options: NginxOptions): string {
  const values: Record<string, string> = {
    dir: options.dir,
    // Started by root, nginx would give its workers to `nobody`, who can't read the page in root's folders.
    user: process.getuid?.() === 0 ? 'user root;' : '',
    workers: String(WORKERS),
    connections: String(WORKER_CONNECTIONS),
    listen: `127.0.0.1:${options.port}`,
    gateways: options.gateways.map((gateway) => `        server ${gateway} max_fails=0;`).join('\n'),
    page: pageLocations(options.staticDir),
  };
  return readFileSync(TEMPLATE, 'utf8').replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${TEMPLATE} has an unknown placeholder ${placeholder}`);
    return value;
  });
}

/** Files in `assets/` have their content's hash in their name; index.html is asked for anew each time. */
function pageLocations(staticDir: string | undefined): string {
  if (staticDir === undefined) return '        location / { return 404; }';
  return `        root "${resolve(staticDir)}";
        location / {
            index index.html;
            try_files $uri $uri/ =404;
            add_header Cache-Control no-cache;
            add_header X-Content-Type-Options nosniff;
        }
        location /assets/ {
            add_header Cache-Control "public, max-age=31536000, immutable";
            add_header X-Content-Type-Options nosniff;
        }`;
}
